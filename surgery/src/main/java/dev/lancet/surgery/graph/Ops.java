package dev.lancet.surgery.graph;

import java.util.Arrays;
import java.util.List;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorProto;

/**
 * The operators of Lancet's own graphs. Each method adds a node to a {@link GraphBuilder} and computes the type of its
 * result. Every method takes the name of the node first. Constants have explicit names too; nothing is numbered
 * automatically.
 *
 * @param sketch the graph that the methods add to
 */
public record Ops(GraphBuilder sketch) {

    /** A float32 scalar. */
    public Value constant(String name, float value) {
        return floats(name, List.of(), value);
    }

    /** A float32 vector. */
    public Value floats(String name, float... values) {
        return floats(name, List.of((long) values.length), values);
    }

    private Value floats(String name, List<Long> dims, float... values) {
        return constant(name, new TensorType(DataType.DT_FLOAT, dims), ConstantTensors.floats(dims, values));
    }

    /** An int32 scalar. */
    public Value constant(String name, int value) {
        return ints(name, List.of(), value);
    }

    /** An int32 vector. */
    public Value ints(String name, int... values) {
        return ints(name, List.of((long) values.length), values);
    }

    private Value ints(String name, List<Long> dims, int... values) {
        List<Long> numbers = Arrays.stream(values).mapToObj(Long::valueOf).toList();
        return constant(name, new TensorType(DataType.DT_INT32, dims), ConstantTensors.integers(dims, numbers));
    }

    private Value constant(String name, TensorType type, TensorProto tensor) {
        return sketch.node(name, "Const")
                .with("dtype", type.type())
                .with("value", Attributes.of(tensor))
                .gives(type);
    }

    /** {@code a + b}, broadcast. */
    public Value add(String name, Value a, Value b) {
        return binary(name, "AddV2", a, b);
    }

    /** {@code a − b}, broadcast. */
    public Value sub(String name, Value a, Value b) {
        return binary(name, "Sub", a, b);
    }

    /** {@code a · b}, element by element, broadcast. */
    public Value mul(String name, Value a, Value b) {
        return binary(name, "Mul", a, b);
    }

    /** Any element-wise operator with two arguments of one type {@code T}, broadcast. */
    public Value binary(String name, String op, Value a, Value b) {
        return sketch.node(name, op).in(a, b).with("T", a.type()).gives(a.type(), broadcast(name, a, b));
    }

    /** Any comparison of two arguments of one type {@code T}, broadcast; the result is boolean. */
    public Value compare(String name, String op, Value a, Value b) {
        return sketch.node(name, op).in(a, b).with("T", a.type()).gives(DataType.DT_BOOL, broadcast(name, a, b));
    }

    /** {@code a ∧ b}, broadcast. */
    public Value and(String name, Value a, Value b) {
        return sketch.node(name, "LogicalAnd").in(a, b).gives(DataType.DT_BOOL, broadcast(name, a, b));
    }

    /** Any element-wise operator with one argument: {@code Square}, {@code Rsqrt}, {@code Tanh}, {@code Neg}, ... */
    public Value unary(String name, String op, Value x) {
        return sketch.node(name, op).in(x).with("T", x.type()).gives(x.form());
    }

    /** A cast to another element type. */
    public Value cast(String name, Value x, DataType type) {
        return sketch.node(name, "Cast")
                .in(x)
                .with("SrcT", x.type())
                .with("DstT", type)
                .with("Truncate", false)
                .gives(x.form().as(type));
    }

    /** {@code where ? a : b}, broadcast. */
    public Value select(String name, Value where, Value a, Value b) {
        return sketch.node(name, "SelectV2")
                .in(where, a, b)
                .with("T", a.type())
                .gives(a.type(), Shapes.broadcast(name, where.dims(), broadcast(name, a, b)));
    }

    /** The mean over the last axis, which stays with size 1. Adds the constant {@code name_axis}. */
    public Value meanOfLast(String name, Value x) {
        return reduce(name, "Mean", x, ints(name + "_axis", x.rank() - 1), true, Shapes.with(x.dims(), -1, 1));
    }

    /** A reduction ({@code Mean}, {@code Sum}, {@code Max}) over constant axes whose result has the given dimensions. */
    public Value reduce(String name, String op, Value x, Value axes, boolean keep, List<Long> dims) {
        return sketch.node(name, op)
                .in(x, axes)
                .with("T", x.type())
                .with("Tidx", axes.type())
                .with("keep_dims", keep)
                .gives(x.type(), dims);
    }

    /** {@code a · b} of two matrices, each optionally transposed first. */
    public Value matmul(String name, Value a, boolean transposeA, Value b, boolean transposeB) {
        return sketch.node(name, "MatMul")
                .in(a, b)
                .with("T", a.type())
                .with("transpose_a", transposeA)
                .with("transpose_b", transposeB)
                .gives(a.type(), Shapes.product(name, a.dims(), transposeA, b.dims(), transposeB));
    }

    /** {@code a · b} of two stacks of matrices {@code [stack, rows, columns]}, each optionally transposed first. */
    public Value batchMatmul(String name, Value a, boolean transposeA, Value b, boolean transposeB) {
        return sketch.node(name, "BatchMatMulV2")
                .in(a, b)
                .with("T", a.type())
                .with("adj_x", transposeA)
                .with("adj_y", transposeB)
                .gives(a.type(), Shapes.product(name, a.dims(), transposeA, b.dims(), transposeB));
    }

    /** Softmax over the last axis. */
    public Value softmax(String name, Value x) {
        return unary(name, "Softmax", x);
    }

    /** The same elements with the dimensions that {@code shape}, an int32 vector, has at run time. */
    public Value reshape(String name, Value x, Value shape, List<Long> dims) {
        return sketch.node(name, "Reshape")
                .in(x, shape)
                .with("T", x.type())
                .with("Tshape", shape.type())
                .gives(x.type(), dims);
    }

    /** The axes in another order; {@code order} is a node with the constant {@code axes}. */
    public Value transpose(String name, Value x, Value order, int... axes) {
        List<Long> dims = Shapes.transposed(
                x.dims(), Arrays.stream(axes).mapToObj(Long::valueOf).toList());
        return sketch.node(name, "Transpose")
                .in(x, order)
                .with("T", x.type())
                .with("Tperm", order.type())
                .gives(x.type(), dims);
    }

    /** Slices of {@code table} along {@code axis}; {@code at} is a node with that constant. */
    public Value gather(String name, Value table, Value indices, Value at, int axis) {
        return sketch.node(name, "GatherV2")
                .in(table, indices, at)
                .with("Tparams", table.type())
                .with("Tindices", indices.type())
                .with("Taxis", at.type())
                .with("batch_dims", 0)
                .gives(table.type(), Shapes.gathered(table.dims(), indices.dims(), axis));
    }

    /** Joins two tensors along {@code axis}; {@code at} is a node with that constant. */
    public Value concat(String name, Value a, Value b, Value at, int axis) {
        return sketch.node(name, "ConcatV2")
                .in(a, b, at)
                .with("N", 2)
                .with("T", a.type())
                .with("Tidx", at.type())
                .gives(a.type(), Shapes.concatenated(List.of(a.dims(), b.dims()), axis));
    }

    /** The elements of the last axis from {@code begin} on, {@code count} of them. Adds the constants of begin and size. */
    public Value sliceOfLast(String name, Value x, int begin, int count) {
        int[] from = new int[x.rank()];
        int[] size = new int[x.rank()];
        Arrays.fill(size, -1);
        from[x.rank() - 1] = begin;
        size[x.rank() - 1] = count;
        return sketch.node(name, "Slice")
                .in(x, ints(name + "_begin", from), ints(name + "_size", size))
                .with("T", x.type())
                .with("Index", DataType.DT_INT32)
                .gives(x.type(), Shapes.with(x.dims(), -1, count));
    }

    /** Splits a tensor into two halves along {@code axis}; {@code at} is a node with that constant. */
    public List<Value> halves(String name, Value x, Value at, int axis) {
        TensorType half = new TensorType(x.type(), Shapes.split(x.dims(), axis, 2));
        return sketch.node(name, "Split")
                .in(at, x)
                .with("num_split", 2)
                .with("T", x.type())
                .gives(List.of(half, half));
    }

    private static List<Long> broadcast(String name, Value a, Value b) {
        return Shapes.broadcast(name, a.dims(), b.dims());
    }
}
