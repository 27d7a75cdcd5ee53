package dev.lancet.surgery.graph;

import java.util.List;
import java.util.Map;

/**
 * The names of operators' outputs. Only function bodies need them: a graph says {@code x:1}, a body {@code x:backprop:0}.
 */
public final class OutputNames {

    /** One output whose name is not the usual {@code output}, or several; a list of tensors is one name. */
    private static final Map<String, List<String>> NAMES = Map.ofEntries(
            Map.entry("AddV2", List.of("z")),
            Map.entry("Add", List.of("z")),
            Map.entry("AddN", List.of("sum")),
            Map.entry("Sub", List.of("z")),
            Map.entry("Mul", List.of("z")),
            Map.entry("RealDiv", List.of("z")),
            Map.entry("FloorDiv", List.of("z")),
            Map.entry("FloorMod", List.of("z")),
            Map.entry("Maximum", List.of("z")),
            Map.entry("Minimum", List.of("z")),
            Map.entry("Pow", List.of("z")),
            Map.entry("SquaredDifference", List.of("z")),
            Map.entry("Equal", List.of("z")),
            Map.entry("Greater", List.of("z")),
            Map.entry("GreaterEqual", List.of("z")),
            Map.entry("Less", List.of("z")),
            Map.entry("LessEqual", List.of("z")),
            Map.entry("LogicalAnd", List.of("z")),
            Map.entry("LogicalOr", List.of("z")),
            Map.entry("LogicalNot", List.of("y")),
            Map.entry("Neg", List.of("y")),
            Map.entry("Square", List.of("y")),
            Map.entry("Sqrt", List.of("y")),
            Map.entry("Rsqrt", List.of("y")),
            Map.entry("Exp", List.of("y")),
            Map.entry("Log", List.of("y")),
            Map.entry("Tanh", List.of("y")),
            Map.entry("Erf", List.of("y")),
            Map.entry("Sigmoid", List.of("y")),
            Map.entry("Sin", List.of("y")),
            Map.entry("Cos", List.of("y")),
            Map.entry("Abs", List.of("y")),
            Map.entry("Sign", List.of("y")),
            Map.entry("Round", List.of("y")),
            Map.entry("Floor", List.of("y")),
            Map.entry("Cast", List.of("y")),
            Map.entry("ZerosLike", List.of("y")),
            Map.entry("OnesLike", List.of("y")),
            Map.entry("Transpose", List.of("y")),
            Map.entry("InplaceSub", List.of("y")),
            Map.entry("Div", List.of("z")),
            Map.entry("MulNoNan", List.of("z")),
            Map.entry("Reciprocal", List.of("y")),
            Map.entry("ReciprocalGrad", List.of("z")),
            Map.entry("SqrtGrad", List.of("z")),
            Map.entry("Relu", List.of("activations")),
            Map.entry("ReluGrad", List.of("backprops")),
            Map.entry("RsqrtGrad", List.of("z")),
            Map.entry("TanhGrad", List.of("z")),
            Map.entry("SigmoidGrad", List.of("z")),
            Map.entry("MatMul", List.of("product")),
            Map.entry("Softmax", List.of("softmax")),
            Map.entry("LogSoftmax", List.of("logsoftmax")),
            Map.entry("L2Loss", List.of("output")),
            Map.entry("BitwiseAnd", List.of("z")),
            Map.entry("RightShift", List.of("z")),
            Map.entry("ReadVariableOp", List.of("value")),
            Map.entry("VarHandleOp", List.of("resource")),
            Map.entry("BroadcastGradientArgs", List.of("r0", "r1")),
            Map.entry("SparseSoftmaxCrossEntropyWithLogits", List.of("loss", "backprop")));

    private OutputNames() {}

    /** How a body names an output of an operator: {@code of("MatMul", 0)} is {@code product:0}. */
    public static String of(String op, int output) {
        List<String> names = NAMES.getOrDefault(op, List.of("output"));
        return names.size() > 1 ? names.get(output) + ":0" : names.get(0) + ":" + output;
    }

    /** The flat number of an output that a body names: {@code number("Split", "output", 1)} is 1. */
    public static int number(String op, String port, int index) {
        List<String> names = NAMES.getOrDefault(op, List.of("output"));
        return names.size() > 1 ? names.indexOf(port) : index;
    }
}
