package dev.lancet.surgery.gradient;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;

/**
 * Writes nodes into a region, all their names beginning alike. A word given to a method is the rest of the name; two nodes
 * never share one.
 */
final class GradientNodeBuilder {

    private final MutableGraph graph;
    private final String prefix;
    private final List<String> after;

    GradientNodeBuilder(MutableGraph graph, String prefix) {
        this(graph, prefix, List.of());
    }

    private GradientNodeBuilder(MutableGraph graph, String prefix, List<String> after) {
        this.graph = graph;
        this.prefix = prefix;
        this.after = after;
    }

    /** A pen whose nodes wait for a tensor, so that what they make is not held while others still compute. */
    GradientNodeBuilder after(Tensor tensor) {
        return new GradientNodeBuilder(graph, prefix, List.of("^" + tensor.node()));
    }

    /** Any node. Its type attribute is {@code T}, that of its first input, unless {@code attributes} says otherwise. */
    Tensor put(String word, String op, List<Tensor> inputs, Map<String, AttrValue> attributes) {
        String name = prefix + word;
        NodeDef.Builder node = NodeDef.newBuilder().setName(name).setOp(op);
        inputs.forEach(input -> node.addInput(input.ref()));
        if (!inputs.isEmpty()) {
            node.addAllInput(after);
        }
        node.putAllAttr(attributes);
        if (!attributes.containsKey(Attributes.OUTPUT_SHAPES)) {
            List<List<Long>> shapes = Shapes.of(graph, node.build());
            node.putAttr(Attributes.OUTPUT_SHAPES, Attributes.shapes(shapes));
        }
        graph.add(node.build());
        return graph.tensor(name, 0);
    }

    private Tensor typed(String word, String op, Map<String, AttrValue> more, Tensor... inputs) {
        Map<String, AttrValue> attributes = new LinkedHashMap<>();
        attributes.put("T", Attributes.type(inputs[0].type()));
        attributes.putAll(more);
        return put(word, op, List.of(inputs), attributes);
    }

    /** An op over tensors of one type that has no attribute but that type. */
    Tensor op(String word, String op, Tensor... inputs) {
        return typed(word, op, Map.of(), inputs);
    }

    Tensor times(String word, Tensor a, Tensor b) {
        return op(word, "Mul", a, b);
    }

    /** {@code a · number}; the number is a constant {@code <word>.by}. */
    Tensor times(String word, Tensor a, double number) {
        return times(word, a, number(word + ".by", a.type(), number));
    }

    /** Another output of the node that gave a tensor. */
    Tensor port(Tensor first, int port) {
        return graph.tensor(first.node(), port);
    }

    /** Tensors of one shape, one above the other along a new first axis. */
    Tensor pack(String word, List<Tensor> parts) {
        return put(
                word,
                "Pack",
                parts,
                Map.of(
                        "N",
                        Attributes.integer(parts.size()),
                        "T",
                        Attributes.type(parts.get(0).type()),
                        "axis",
                        Attributes.integer(0)));
    }

    /** What {@link #pack} put together. */
    List<Tensor> unpack(String word, Tensor stack) {
        int count = (int) stack.dimension(0);
        Tensor first =
                typed(word, "Unpack", Map.of("num", Attributes.integer(count), "axis", Attributes.integer(0)), stack);
        return IntStream.range(0, count).mapToObj(i -> port(first, i)).toList();
    }

    Tensor identity(String word, Tensor a) {
        return op(word, "Identity", a);
    }

    Tensor cast(String word, Tensor a, DataType type) {
        return put(word, "Cast", List.of(a), Map.of("SrcT", Attributes.type(a.type()), "DstT", Attributes.type(type)));
    }

    /** {@code a · b}, each transposed if said. */
    Tensor matMul(String word, Tensor a, boolean turnA, Tensor b, boolean turnB) {
        boolean flat = a.rank() == 2 && b.rank() == 2;
        return typed(
                word,
                flat ? "MatMul" : "BatchMatMulV2",
                Map.of(
                        flat ? "transpose_a" : "adj_x",
                        Attributes.flag(turnA),
                        flat ? "transpose_b" : "adj_y",
                        Attributes.flag(turnB)),
                a,
                b);
    }

    Tensor sum(String word, Tensor a, List<Long> axes, boolean keep) {
        return typed(
                word,
                "Sum",
                Map.of("Tidx", Attributes.type(DataType.DT_INT32), "keep_dims", Attributes.flag(keep)),
                a,
                integers(word + ".axes", axes));
    }

    /** The same elements in another shape; the tensor itself if it has that shape. */
    Tensor reshape(String word, Tensor a, List<Long> shape) {
        if (a.shape().equals(shape)) {
            return a;
        }
        return typed(
                word,
                "Reshape",
                Map.of("Tshape", Attributes.type(DataType.DT_INT32)),
                a,
                integers(word + ".shape", shape));
    }

    Tensor transpose(String word, Tensor a, List<Long> order) {
        return typed(
                word,
                "Transpose",
                Map.of("Tperm", Attributes.type(DataType.DT_INT32)),
                a,
                integers(word + ".order", order));
    }

    /** Repeated along axes of size one; the tensor itself if it has that shape. */
    Tensor spread(String word, Tensor a, List<Long> shape) {
        if (a.shape().equals(shape)) {
            return a;
        }
        return typed(
                word,
                "BroadcastTo",
                Map.of("Tidx", Attributes.type(DataType.DT_INT32)),
                a,
                integers(word + ".shape", shape));
    }

    /**
     * Sums a gradient over the axes along which a tensor of this shape was repeated by broadcasting; the tensor itself if
     * it was not.
     */
    Tensor gathered(String word, Tensor a, List<Long> shape) {
        if (a.shape().equals(shape)) {
            return a;
        }
        List<Long> axes = IntStream.range(0, a.rank())
                .filter(axis -> Shapes.aligned(shape, axis, a.rank()) == 1 && a.dimension(axis) != 1)
                .mapToObj(axis -> (long) axis)
                .toList();
        boolean same = Shapes.reduced(a, axes, false).equals(shape);
        if (axes.isEmpty()) {
            return reshape(word, a, shape);
        }
        return same ? sum(word, a, axes, false) : reshape(word, sum(word + ".sum", a, axes, false), shape);
    }

    Tensor integers(String word, List<Long> values) {
        return constant(word, DataType.DT_INT32, Attributes.array(List.of((long) values.size()), values));
    }

    /** The integers as an array {@code [n, 2]}. */
    Tensor pairs(String word, List<Long> values) {
        return constant(word, DataType.DT_INT32, Attributes.array(List.of(values.size() / 2L, 2L), values));
    }

    Tensor integer(String word, long value) {
        return constant(word, DataType.DT_INT32, Attributes.scalar(value));
    }

    Tensor number(String word, DataType type, double value) {
        return constant(word, type, Attributes.scalar(type, value));
    }

    Tensor zeros(String word, Tensor like) {
        List<Tensor> inputs = new ArrayList<>();
        inputs.add(integers(word + ".shape", like.shape()));
        inputs.add(number(word + ".zero", like.type(), 0));
        return put(
                word,
                "Fill",
                inputs,
                Map.of("T", Attributes.type(like.type()), "index_type", Attributes.type(DataType.DT_INT32)));
    }

    /** A float32 scalar that is fed. */
    Tensor placeholder(String word) {
        return put(
                word,
                "Placeholder",
                List.of(),
                Map.of(
                        "dtype",
                        Attributes.type(DataType.DT_FLOAT),
                        "shape",
                        Attributes.shape(List.of()),
                        Attributes.OUTPUT_SHAPES,
                        Attributes.shapes(List.of(List.of()))));
    }

    private Tensor constant(String word, DataType type, AttrValue value) {
        return put(word, "Const", List.of(), Map.of("dtype", Attributes.type(type), "value", value));
    }
}
