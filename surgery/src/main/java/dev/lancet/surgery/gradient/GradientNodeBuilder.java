package dev.lancet.surgery.gradient;

import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.ConstantTensors;
import dev.lancet.surgery.graph.Shapes;
import dev.lancet.surgery.graph.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;

/**
 * Adds nodes to a {@link MutableGraph} and infers their shapes. All names begin with one prefix; the {@code word}
 * parameter of a method is the rest of the name. Two nodes never have the same name.
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

    /** A builder whose nodes are named after a value: {@code node} or {@code node.1}. */
    static GradientNodeBuilder of(MutableGraph graph, Value value) {
        return new GradientNodeBuilder(graph, value.output() == 0 ? value.node() : value.node() + "." + value.output());
    }

    /** A builder whose nodes run after a tensor, so that their results occupy memory no earlier than needed. */
    GradientNodeBuilder after(Value tensor) {
        return new GradientNodeBuilder(graph, prefix, List.of("^" + tensor.node()));
    }

    /** Any node. Its type attribute is {@code T}, from its first input, unless {@code attributes} says otherwise. */
    Value put(String word, String op, List<Value> inputs, Map<String, AttrValue> attributes) {
        String name = prefix + word;
        NodeDef.Builder node = NodeDef.newBuilder().setName(name).setOp(op);
        inputs.forEach(input -> node.addInput(input.inGraph()));
        if (!inputs.isEmpty()) {
            node.addAllInput(after);
        }
        node.putAllAttr(attributes);
        if (!attributes.containsKey(Attributes.SHAPES)) {
            List<List<Long>> shapes = ShapeInference.of(graph, node.build());
            node.putAttr(Attributes.SHAPES, Attributes.shapes(shapes));
        }
        graph.add(node.build());
        return graph.value(name, 0);
    }

    private Value typed(String word, String op, Map<String, AttrValue> more, Value... inputs) {
        Map<String, AttrValue> attributes = new LinkedHashMap<>();
        attributes.put("T", Attributes.of(inputs[0].type()));
        attributes.putAll(more);
        return put(word, op, List.of(inputs), attributes);
    }

    /** An op over tensors of one type whose only attribute is that type. */
    Value op(String word, String op, Value... inputs) {
        return typed(word, op, Map.of(), inputs);
    }

    Value times(String word, Value a, Value b) {
        return op(word, "Mul", a, b);
    }

    /** {@code a · number}; the number is a constant {@code <word>.by}. */
    Value times(String word, Value a, double number) {
        return times(word, a, number(word + ".by", a.type(), number));
    }

    /** Another output of the node that produced a tensor. */
    Value port(Value first, int port) {
        return graph.value(first.node(), port);
    }

    /** Stacks tensors of one shape along a new first axis. */
    Value pack(String word, List<Value> parts) {
        return put(
                word,
                "Pack",
                parts,
                Map.of(
                        "N",
                        Attributes.of(parts.size()),
                        "T",
                        Attributes.of(parts.get(0).type()),
                        "axis",
                        Attributes.of(0)));
    }

    /** Unstacks the result of {@link #pack}. */
    List<Value> unpack(String word, Value stack) {
        int count = (int) stack.dim(0);
        Value first = typed(word, "Unpack", Map.of("num", Attributes.of(count), "axis", Attributes.of(0)), stack);
        return IntStream.range(0, count).mapToObj(i -> port(first, i)).toList();
    }

    Value identity(String word, Value a) {
        return op(word, "Identity", a);
    }

    Value cast(String word, Value a, DataType type) {
        return put(word, "Cast", List.of(a), Map.of("SrcT", Attributes.of(a.type()), "DstT", Attributes.of(type)));
    }

    /** {@code a · b}, each operand optionally transposed. */
    Value matMul(String word, Value a, boolean turnA, Value b, boolean turnB) {
        boolean flat = a.rank() == 2 && b.rank() == 2;
        return typed(
                word,
                flat ? "MatMul" : "BatchMatMulV2",
                Map.of(
                        flat ? "transpose_a" : "adj_x",
                        Attributes.of(turnA),
                        flat ? "transpose_b" : "adj_y",
                        Attributes.of(turnB)),
                a,
                b);
    }

    Value sum(String word, Value a, List<Long> axes, boolean keep) {
        return typed(
                word,
                "Sum",
                Map.of("Tidx", Attributes.of(DataType.DT_INT32), "keep_dims", Attributes.of(keep)),
                a,
                integers(word + ".axes", axes));
    }

    /** The same elements in another shape; returns the tensor itself if it already has that shape. */
    Value reshape(String word, Value a, List<Long> shape) {
        if (a.dims().equals(shape)) {
            return a;
        }
        return typed(
                word,
                "Reshape",
                Map.of("Tshape", Attributes.of(DataType.DT_INT32)),
                a,
                integers(word + ".shape", shape));
    }

    Value transpose(String word, Value a, List<Long> order) {
        return typed(
                word,
                "Transpose",
                Map.of("Tperm", Attributes.of(DataType.DT_INT32)),
                a,
                integers(word + ".order", order));
    }

    /** Broadcasts a tensor along axes of size one; returns the tensor itself if it already has that shape. */
    Value spread(String word, Value a, List<Long> shape) {
        if (a.dims().equals(shape)) {
            return a;
        }
        return typed(
                word,
                "BroadcastTo",
                Map.of("Tidx", Attributes.of(DataType.DT_INT32)),
                a,
                integers(word + ".shape", shape));
    }

    /**
     * Sums a gradient over the axes along which a tensor of this shape was broadcast; returns the gradient itself if it
     * was not broadcast.
     */
    Value gathered(String word, Value a, List<Long> shape) {
        if (a.dims().equals(shape)) {
            return a;
        }
        List<Long> axes = IntStream.range(0, a.rank())
                .filter(axis -> Shapes.aligned(shape, axis, a.rank()) == 1 && a.dim(axis) != 1)
                .mapToObj(axis -> (long) axis)
                .toList();
        boolean same = Shapes.reduced(a.dims(), axes, false).equals(shape);
        if (axes.isEmpty()) {
            return reshape(word, a, shape);
        }
        return same ? sum(word, a, axes, false) : reshape(word, sum(word + ".sum", a, axes, false), shape);
    }

    Value integers(String word, List<Long> values) {
        return constant(word, ConstantTensors.integers(List.of((long) values.size()), values));
    }

    /** The integers as an array {@code [n, 2]}. */
    Value pairs(String word, List<Long> values) {
        return constant(word, ConstantTensors.integers(List.of(values.size() / 2L, 2L), values));
    }

    Value integer(String word, long value) {
        return constant(word, ConstantTensors.scalar(value));
    }

    Value number(String word, DataType type, double value) {
        return constant(word, ConstantTensors.scalar(type, value));
    }

    Value zeros(String word, Value like) {
        List<Value> inputs = new ArrayList<>();
        inputs.add(integers(word + ".shape", like.dims()));
        inputs.add(number(word + ".zero", like.type(), 0));
        return put(
                word,
                "Fill",
                inputs,
                Map.of("T", Attributes.of(like.type()), "index_type", Attributes.of(DataType.DT_INT32)));
    }

    /** A float32 scalar placeholder. */
    Value placeholder(String word) {
        return put(
                word,
                "Placeholder",
                List.of(),
                Map.of(
                        "dtype",
                        Attributes.of(DataType.DT_FLOAT),
                        "shape",
                        Attributes.of(List.of()),
                        Attributes.SHAPES,
                        Attributes.shapes(List.of(List.of()))));
    }

    private Value constant(String word, TensorProto value) {
        return put(
                word,
                "Const",
                List.of(),
                Map.of("dtype", Attributes.of(value.getDtype()), "value", Attributes.of(value)));
    }
}
