package dev.lancet.surgery.rule;

import dev.lancet.dsl.Precision;
import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorProto;

/**
 * The function that dequantizes 4-bit codes with their scales. Layers of one shape share it; so do a table and every
 * selection of its rows. Let g be the group size. A channel is treated as whole groups: its bytes are padded to a
 * multiple of the group first, which is possible because g is even, and the result is cut to the true length at the end.
 * For columns:
 *
 * <pre>
 * bytes [⌈m/2⌉, n] -> padded [G·g/2, n] -> low and high halves side by side [G·g/2, 2, n]
 *       -> levels [G, g, n] × scales [G, 1, n] -> [G·g, n] -> [m, n]
 * </pre>
 *
 * The levels are the codes minus 8, the codes minus their zero points [G, 1, n], or the entries of a table.
 */
final class Unpacking {

    private final StoredMatrix matrix;
    private final boolean byRow;
    private final int length;
    private final int group;
    private final int groups;
    private final GraphBuilder builder;
    private final Ops ops;

    private Unpacking(StoredMatrix matrix) {
        this.matrix = matrix;
        this.byRow = matrix.channels() == StoredMatrix.Channels.ROWS;
        this.length = byRow ? matrix.columns() : matrix.rows();
        this.group = matrix.precision().group();
        this.groups = (length + group - 1) / group;
        this.builder = GraphBuilder.function(name());
        this.ops = new Ops(builder);
    }

    static GraphBuilder of(StoredMatrix matrix) {
        return new Unpacking(matrix).drawn();
    }

    private String name() {
        String format = matrix.precision().format().name().toLowerCase(Locale.ROOT)
                + (matrix.precision().zeroPoints() ? "_asymmetric" : "")
                + (matrix.precision().compactScales() ? "_double_quantized" : "");
        return byRow
                ? format + "_rows_of_" + length + "_g" + group
                : format + "_columns_" + length + "x" + matrix.columns() + "_g" + group;
    }

    private GraphBuilder drawn() {
        int bytes = (length + 1) / 2;
        int padded = groups * group / 2;
        Value codes = builder.argument("codes", TensorType.of(DataType.DT_UINT8, shape(bytes)));
        Value scales = scales();
        Value all = padded == bytes ? codes : pad(codes, padded - bytes, shape(padded));
        Value low = half("low", "BitwiseAnd", all, 15);
        Value high = half("high", "RightShift", all, 4);
        Value levels = levels(reshape("grouped", pack(low, high), grouped(group)));
        Value scaled = ops.mul("scaled", levels, reshape("scales_grouped", scales, grouped(1)));
        Value whole = reshape("whole", scaled, shape(groups * group));
        builder.result("values", length == groups * group ? whole : cut(whole));
        return builder;
    }

    /** The scales: an argument, or decoded from arguments. */
    private Value scales() {
        if (!matrix.precision().compactScales()) {
            return builder.argument("scales", TensorType.of(DataType.DT_FLOAT, shape(groups)));
        }
        TensorType shared =
                byRow ? TensorType.of(DataType.DT_FLOAT, 1, groups) : TensorType.of(DataType.DT_FLOAT, groups, 1);
        return new ScaleDecoding(builder)
                .decoded(
                        builder.argument("scales", TensorType.of(DataType.DT_UINT8, shape(groups))),
                        builder.argument("step", shared),
                        builder.argument("mean", shared));
    }

    private Value levels(Value codes) {
        if (matrix.precision().format() == Precision.Format.NF4) {
            List<Float> table = Precision.Nf4.VALUES;
            float[] values = new float[table.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = table.get(i);
            }
            Value index = ops.cast("index", codes, DataType.DT_INT32);
            return ops.gather("levels", ops.floats("table", values), index, ops.constant("table_axis", 0), 0);
        }
        Value shifted = ops.cast("shifted", codes, DataType.DT_FLOAT);
        return ops.sub("levels", shifted, matrix.precision().zeroPoints() ? zeros() : ops.constant("zero", 8f));
    }

    private Value zeros() {
        Value bytes = builder.argument("zeros", TensorType.of(DataType.DT_UINT8, shape(groups)));
        return ops.cast("zeros_shifted", reshape("zeros_grouped", bytes, grouped(1)), DataType.DT_FLOAT);
    }

    /**
     * The shape of one value for each channel, along it. The other dimension stays open for a table, because its rows may
     * be a selection.
     */
    private long[] shape(int along) {
        return byRow ? new long[] {-1, along} : new long[] {along, matrix.columns()};
    }

    private long[] grouped(int along) {
        return byRow ? new long[] {-1, groups, along} : new long[] {groups, along, matrix.columns()};
    }

    private Value pad(Value codes, int more, long[] shape) {
        Value paddings = byRow
                ? constant("paddings", DataType.DT_INT32, List.of(2L, 2L), 0, 0, 0, more)
                : constant("paddings", DataType.DT_INT32, List.of(2L, 2L), 0, more, 0, 0);
        return builder.node("padded", "Pad")
                .in(codes, paddings)
                .with("T", codes.type())
                .with("Tpaddings", paddings.type())
                .gives(TensorType.of(codes.type(), shape));
    }

    private Value half(String name, String op, Value bytes, int by) {
        return ops.binary(name, op, bytes, constant(name + "_by", bytes.type(), List.of(), by));
    }

    private Value constant(String name, DataType type, List<Long> dims, int... values) {
        TensorProto.Builder tensor = TensorProto.newBuilder().setDtype(type).setTensorShape(Attributes.shape(dims));
        for (int value : values) {
            tensor.addIntVal(value);
        }
        return builder.node(name, "Const")
                .with("dtype", type)
                .with("value", Attributes.of(tensor.build()))
                .gives(new TensorType(type, dims));
    }

    /** Joins along a new axis. Uses ConcatV2, because Pack has no GPU kernel for bytes. */
    private Value pack(Value low, Value high) {
        int axis = byRow ? 2 : 1;
        List<Long> dims = new ArrayList<>(low.dims());
        dims.add(axis, 2L);
        int[] one = dims.stream().mapToInt(Long::intValue).toArray();
        one[axis] = 1;
        Value shape = ops.ints("side_shape", one);
        List<Long> single = Arrays.stream(one).mapToObj(size -> (long) size).toList();
        return builder.node("packed", "ConcatV2")
                .in(
                        ops.reshape("low_side", low, shape, single),
                        ops.reshape("high_side", high, shape, single),
                        ops.constant("side_axis", axis))
                .with("N", 2)
                .with("T", low.type())
                .with("Tidx", DataType.DT_INT32)
                .gives(low.type(), dims);
    }

    private Value reshape(String name, Value x, long[] shape) {
        int[] sizes = new int[shape.length];
        for (int i = 0; i < shape.length; i++) {
            sizes[i] = (int) shape[i];
        }
        return ops.reshape(
                name,
                x,
                ops.ints(name + "_shape", sizes),
                TensorType.of(x.type(), shape).dims());
    }

    private Value cut(Value whole) {
        return builder.node("values", "Slice")
                .in(whole, ops.ints("begin", 0, 0), ops.ints("size", byRow ? -1 : length, byRow ? length : -1))
                .with("T", whole.type())
                .with("Index", DataType.DT_INT32)
                .gives(TensorType.of(whole.type(), shape(length)));
    }
}
