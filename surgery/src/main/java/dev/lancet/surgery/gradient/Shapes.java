package dev.lancet.surgery.gradient;

import dev.lancet.dsl.LancetException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.tensorflow.proto.NodeDef;

/** The static shapes of a node's outputs from those of its inputs, for the ops that gradients are made of. */
final class Shapes {

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

    private Shapes() {}

    static List<List<Long>> of(MutableGraph graph, NodeDef node) {
        List<Tensor> in = graph.inputs(node);
        return switch (node.getOp()) {
            case "Const" ->
                List.of(Attributes.dimensions(
                        node.getAttrOrThrow("value").getTensor().getTensorShape()));
            case "NoOp" -> List.of();
            case "VarHandleOp", "L2Loss" -> List.of(List.of());
            case "MatMul" -> List.of(product(in, node, "transpose_a", "transpose_b"));
            case "BatchMatMulV2" -> List.of(product(in, node, "adj_x", "adj_y"));
            case "Reshape" -> List.of(reshaped(in.get(0), graph.integers(in.get(1))));
            case "BroadcastTo" -> List.of(graph.integers(in.get(1)));
            case "Fill" -> List.of(graph.integers(in.get(0)));
            case "Transpose" ->
                List.of(graph.integers(in.get(1)).stream()
                        .map(axis -> in.get(0).dimension(axis.intValue()))
                        .toList());
            case "Sum", "Mean", "Max", "Min", "Prod" ->
                List.of(reduced(in.get(0), graph.integers(in.get(1)), Attributes.isSet(node, "keep_dims")));
            case "BiasAddGrad" -> List.of(List.of(in.get(0).dimension(-1)));
            case "GatherV2" -> List.of(gathered(in.get(0), in.get(1)));
            case "UnsortedSegmentSum" -> List.of(segments(graph, in));
            case "SparseSoftmaxCrossEntropyWithLogits" ->
                List.of(in.get(1).shape(), in.get(0).shape());
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

    /** NumPy's rule: aligned at the right, equal or one. */
    static List<Long> broadcast(List<Long> left, List<Long> right) {
        int rank = Math.max(left.size(), right.size());
        List<Long> shape = new ArrayList<>();
        for (int axis = 0; axis < rank; axis++) {
            long a = aligned(left, axis, rank);
            long b = aligned(right, axis, rank);
            if (a != b && a != 1 && b != 1) {
                throw new LancetException("shapes " + left + " and " + right + " do not broadcast");
            }
            shape.add(a == 1 ? b : a);
        }
        return shape;
    }

    static long aligned(List<Long> shape, int axis, int rank) {
        int own = axis - (rank - shape.size());
        return own < 0 ? 1 : shape.get(own);
    }

    /** Axes counted from the front. */
    static List<Long> axes(Tensor tensor, List<Long> axes) {
        return axes.stream()
                .map(axis -> axis < 0 ? axis + tensor.rank() : axis)
                .sorted()
                .toList();
    }

    static List<Long> reduced(Tensor tensor, List<Long> over, boolean keep) {
        List<Long> axes = axes(tensor, over);
        List<Long> shape = new ArrayList<>();
        for (int axis = 0; axis < tensor.rank(); axis++) {
            if (!axes.contains((long) axis)) {
                shape.add(tensor.dimension(axis));
            } else if (keep) {
                shape.add(1L);
            }
        }
        return shape;
    }

    private static List<List<Long>> elementwise(NodeDef node, List<Tensor> in) {
        if (in.isEmpty() || !ELEMENTWISE.contains(node.getOp())) {
            throw new LancetException(
                    "node '" + node.getName() + "' (" + node.getOp() + ") must say its static shape in "
                            + Attributes.OUTPUT_SHAPES + "; only a graph of static shapes can be differentiated");
        }
        List<Long> shape = in.get(0).shape();
        // A bias adds along the last axis, and the gradient of a curve has its output's shape: both broadcast alike.
        for (Tensor tensor : in.subList(1, in.size())) {
            shape = broadcast(shape, tensor.shape());
        }
        return List.of(shape);
    }

    private static List<Long> product(List<Tensor> in, NodeDef node, String turnA, String turnB) {
        Tensor a = in.get(0);
        Tensor b = in.get(1);
        List<Long> shape = new ArrayList<>(
                broadcast(a.shape().subList(0, a.rank() - 2), b.shape().subList(0, b.rank() - 2)));
        shape.add(a.dimension(Attributes.isSet(node, turnA) ? -1 : -2));
        shape.add(b.dimension(Attributes.isSet(node, turnB) ? -2 : -1));
        return shape;
    }

    private static List<Long> reshaped(Tensor tensor, List<Long> wanted) {
        long known = wanted.stream().filter(size -> size >= 0).reduce(1L, (a, b) -> a * b);
        return wanted.stream()
                .map(size -> size < 0 ? Long.valueOf(tensor.elements() / known) : size)
                .toList();
    }

    private static List<Long> gathered(Tensor table, Tensor ids) {
        List<Long> shape = new ArrayList<>(ids.shape());
        shape.addAll(table.shape().subList(1, table.rank()));
        return shape;
    }

    private static List<Long> segments(MutableGraph graph, List<Tensor> in) {
        List<Long> shape = new ArrayList<>(graph.integers(in.get(2)));
        shape.addAll(in.get(0).shape().subList(in.get(1).rank(), in.get(0).rank()));
        return shape;
    }
}
