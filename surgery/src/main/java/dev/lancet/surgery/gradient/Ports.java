package dev.lancet.surgery.gradient;

import dev.lancet.dsl.LancetException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the outputs of ops are called. A graph counts them ({@code node:1}); the body of a function names them
 * ({@code node:backprop:0}).
 */
final class Ports {

    private static final Map<String, List<String>> SEVERAL =
            Map.of("SparseSoftmaxCrossEntropyWithLogits", List.of("loss", "backprop"));

    private static final Map<String, List<String>> NAMED = Map.of(
            "z",
                    List.of(
                            "AddV2",
                            "Add",
                            "Sub",
                            "Mul",
                            "RealDiv",
                            "Div",
                            "SquaredDifference",
                            "Pow",
                            "Maximum",
                            "Minimum",
                            "GreaterEqual",
                            "LessEqual",
                            "Greater",
                            "Less",
                            "Equal",
                            "SqrtGrad",
                            "RsqrtGrad",
                            "ReciprocalGrad",
                            "TanhGrad",
                            "SigmoidGrad"),
            "y",
                    List.of(
                            "Neg",
                            "Square",
                            "Sqrt",
                            "Rsqrt",
                            "Reciprocal",
                            "Tanh",
                            "Sigmoid",
                            "Exp",
                            "Log",
                            "Erf",
                            "Transpose",
                            "Cast"),
            "product", List.of("MatMul"),
            "softmax", List.of("Softmax"),
            "sum", List.of("AddN"),
            "activations", List.of("Relu"),
            "backprops", List.of("ReluGrad"));

    private final Map<String, String> first = new HashMap<>();

    Ports() {
        NAMED.forEach((name, ops) -> ops.forEach(op -> first.put(op, name)));
    }

    /** The number of an output that a body names; remembers the name for others of the same op. */
    int number(String op, String name, int offset) {
        @Nullable List<String> several = SEVERAL.get(op);
        if (several != null) {
            return several.indexOf(name);
        }
        first.put(op, name);
        return offset;
    }

    /** How a body refers to output {@code port} of {@code node}. */
    String name(String node, String op, int port) {
        @Nullable List<String> several = SEVERAL.get(op);
        if (several == null) {
            return node + ":" + first.getOrDefault(op, "output") + ":" + port;
        }
        if (port >= several.size()) {
            throw new LancetException("node '" + node + "' (" + op + ") has no output " + port);
        }
        return node + ":" + several.get(port) + ":0";
    }
}
