package dev.lancet.surgery.gradient;

import dev.lancet.dsl.LancetException;
import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.Shapes;
import dev.lancet.surgery.graph.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.tensorflow.proto.NodeDef;

/** Infers the static shapes of a node's outputs from those of its inputs, for the ops that gradients use. */
final class ShapeInference {

    private static final Set<String> ELEMENTWISE = Set.of(
            "Add",
            "AddN",
            "AddV2",
            "BiasAdd",
            "Bitcast",
            "Cast",
            "Div",
            "Equal",
            "Erf",
            "Exp",
            "Greater",
            "GreaterEqual",
            "Identity",
            "IsFinite",
            "Less",
            "LessEqual",
            "Log",
            "LogicalAnd",
            "LogicalNot",
            "LogicalOr",
            "Maximum",
            "Minimum",
            "Mul",
            "MulNoNan",
            "Neg",
            "Pow",
            "RealDiv",
            "Reciprocal",
            "ReciprocalGrad",
            "Relu",
            "ReluGrad",
            "Rsqrt",
            "RsqrtGrad",
            "SelectV2",
            "Sigmoid",
            "SigmoidGrad",
            "Softmax",
            "Sqrt",
            "SqrtGrad",
            "Square",
            "SquaredDifference",
            "StopGradient",
            "Sub",
            "Tanh",
            "TanhGrad");

    private ShapeInference() {}

    static List<List<Long>> of(MutableGraph graph, NodeDef node) {
        List<Value> in = graph.inputs(node);
        return switch (node.getOp()) {
            case "Const" ->
                List.of(Attributes.dims(node.getAttrOrThrow("value").getTensor().getTensorShape()));
            case "NoOp" -> List.of();
            case "VarHandleOp", "L2Loss" -> List.of(List.of());
            case "MatMul" -> List.of(product(node, in, "transpose_a", "transpose_b"));
            case "BatchMatMulV2" -> List.of(product(node, in, "adj_x", "adj_y"));
            case "Reshape" -> List.of(reshaped(in.get(0), graph.integers(in.get(1))));
            case "BroadcastTo" -> List.of(graph.integers(in.get(1)));
            case "Fill" -> List.of(graph.integers(in.get(0)));
            case "Transpose" -> List.of(Shapes.transposed(in.get(0).dims(), graph.integers(in.get(1))));
            case "Sum", "Mean", "Max", "Min", "Prod" ->
                List.of(Shapes.reduced(
                        in.get(0).dims(), graph.integers(in.get(1)), Attributes.flag(node, "keep_dims")));
            case "BiasAddGrad" -> List.of(List.of(in.get(0).dim(-1)));
            case "GatherV2" ->
                List.of(Shapes.gathered(in.get(0).dims(), in.get(1).dims(), 0));
            case "UnsortedSegmentSum" -> List.of(segments(graph, in));
            case "SparseSoftmaxCrossEntropyWithLogits" ->
                List.of(in.get(1).dims(), in.get(0).dims());
            case "SoftmaxCrossEntropyWithLogits" ->
                List.of(List.of(in.get(0).dim(0)), in.get(0).dims());
            case "Split" -> SliceShapes.split(graph, node, in);
            case "SplitV" -> SliceShapes.splitV(graph, in);
            case "Slice" ->
                List.of(SliceShapes.sliced(in.get(0), graph.integers(in.get(1)), graph.integers(in.get(2))));
            case "StridedSlice" -> List.of(Strides.of(graph, node).shape());
            case "StridedSliceGrad" -> List.of(graph.integers(in.get(0)));
            case "Pad" -> List.of(SliceShapes.padded(in.get(0), graph.integers(in.get(1))));
            case "ConcatV2" -> List.of(SliceShapes.joined(graph, in));
            case "Pack" -> List.of(SliceShapes.packed(node, in));
            case "Unpack" -> SliceShapes.unpacked(node, in.get(0));
            case "ExpandDims" -> List.of(SliceShapes.expanded(in.get(0), graph.integers(in.get(1))));
            case "Squeeze" -> List.of(SliceShapes.squeezed(in.get(0), node));
            default -> elementwise(node, in);
        };
    }

    private static List<List<Long>> elementwise(NodeDef node, List<Value> in) {
        if (in.isEmpty() || !ELEMENTWISE.contains(node.getOp())) {
            throw new LancetException("node '" + node.getName() + "' (" + node.getOp() + ") has no static shape in "
                    + Attributes.SHAPES + "; differentiation needs static shapes: declare them");
        }
        List<Long> shape = in.get(0).dims();
        // BiasAdd adds along the last axis, and a gradient kernel has the shape of its output: ordinary broadcasting
        // covers both.
        for (Value tensor : in.subList(1, in.size())) {
            shape = Shapes.broadcast(node.getName(), shape, tensor.dims());
        }
        return List.of(shape);
    }

    private static List<Long> product(NodeDef node, List<Value> in, String transposeA, String transposeB) {
        return Shapes.product(
                node.getName(),
                in.get(0).dims(),
                Attributes.flag(node, transposeA),
                in.get(1).dims(),
                Attributes.flag(node, transposeB));
    }

    private static List<Long> reshaped(Value value, List<Long> wanted) {
        long known = Shapes.elements(wanted.stream().filter(size -> size >= 0).toList());
        return wanted.stream()
                .map(size -> size < 0 ? Long.valueOf(value.elements() / known) : size)
                .toList();
    }

    private static List<Long> segments(MutableGraph graph, List<Value> in) {
        List<Long> shape = new ArrayList<>(graph.integers(in.get(2)));
        shape.addAll(in.get(0).dims().subList(in.get(1).rank(), in.get(0).rank()));
        return shape;
    }
}
