package dev.lancet.surgery.graph;

import com.google.protobuf.ByteString;
import dev.lancet.dsl.weights.Float16Rounding;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorProto;

/** Reads and writes the numbers of constants: shapes, axes, permutations, scalars. */
public final class ConstantTensors {

    /** The most elements that a list in an unchecked graph may have. */
    private static final int SHORT = 64;

    private ConstantTensors() {}

    /** An array of int32. */
    public static TensorProto integers(List<Long> dims, List<Long> values) {
        return integers(DataType.DT_INT32, dims, values);
    }

    /** An array of int32 or int64. */
    public static TensorProto integers(DataType type, List<Long> dims, List<Long> values) {
        ByteBuffer bytes = littleEndian(values.size() * ElementTypes.bytes(type));
        for (long value : values) {
            if (type == DataType.DT_INT64) {
                bytes.putLong(value);
            } else {
                bytes.putInt(Math.toIntExact(value));
            }
        }
        return array(type, dims, bytes);
    }

    /** An array of float32. */
    public static TensorProto floats(List<Long> dims, float... values) {
        ByteBuffer bytes = littleEndian(values.length * Float.BYTES);
        for (float value : values) {
            bytes.putFloat(value);
        }
        return array(DataType.DT_FLOAT, dims, bytes);
    }

    private static ByteBuffer littleEndian(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static TensorProto array(DataType type, List<Long> dims, ByteBuffer bytes) {
        return TensorProto.newBuilder()
                .setDtype(type)
                .setTensorShape(Attributes.shape(dims))
                .setTensorContent(ByteString.copyFrom(bytes.flip()))
                .build();
    }

    /** A scalar of int32. */
    public static TensorProto scalar(long value) {
        return scalar(DataType.DT_INT32).addIntVal(Math.toIntExact(value)).build();
    }

    /** A scalar of a floating type. */
    public static TensorProto scalar(DataType type, double value) {
        TensorProto.Builder tensor = scalar(type);
        switch (type) {
            case DT_FLOAT -> tensor.addFloatVal((float) value);
            case DT_DOUBLE -> tensor.addDoubleVal(value);
            case DT_HALF -> tensor.addHalfVal(Short.toUnsignedInt(Float16Rounding.bits((float) value)));
            // Rounds to nearest: adds half a unit of the last kept place before truncating.
            case DT_BFLOAT16 -> tensor.addHalfVal((Float.floatToIntBits((float) value) + 0x8000) >>> 16);
            default ->
                throw new IllegalArgumentException(
                        ElementTypes.name(type) + "; a floating constant needs a float type");
        }
        return tensor.build();
    }

    private static TensorProto.Builder scalar(DataType type) {
        return TensorProto.newBuilder().setDtype(type).setTensorShape(Attributes.shape(List.of()));
    }

    /**
     * The integers of an int32 or int64 constant, in row-major order.
     *
     * @throws IllegalArgumentException if its bytes do not fit its shape
     */
    public static List<Long> integers(TensorProto tensor) {
        ConstantValues values = values(tensor);
        return IntStream.range(0, values.count())
                .mapToObj(i -> Long.valueOf(values.integer(i)))
                .toList();
    }

    /** The number of a float32 or float64 constant with one element. */
    public static double number(TensorProto tensor) {
        return values(tensor).number(0);
    }

    /**
     * Passes the bytes of a constant of numbers to a consumer, in parts, little-endian.
     *
     * @throws IllegalArgumentException if its bytes do not fit its shape
     */
    public static void bytes(TensorProto tensor, Consumer<ByteBuffer> parts) {
        values(tensor).bytes(parts);
    }

    private static ConstantValues values(TensorProto tensor) {
        List<Long> dims = Attributes.dims(tensor.getTensorShape());
        return ConstantValues.of(tensor, Shapes.elements(dims))
                .orElseThrow(() -> new IllegalArgumentException(
                        "a constant of " + ElementTypes.name(tensor.getDtype()) + " does not fit its shape " + dims));
    }

    /**
     * The integers of a node that is a constant or forwards one; empty if it is not, or if it has no list of at most 64
     * integers.
     */
    public static Optional<List<Long>> shortIntegers(Node node) {
        Node constant = node;
        while (constant.is("Identity") && constant.producer(0).isPresent()) {
            constant = constant.producer(0).get();
        }
        return constant.is("Const")
                ? constant.attribute("value").map(AttrValue::getTensor).flatMap(ConstantTensors::shortIntegers)
                : Optional.empty();
    }

    /** The integers of a constant; empty if it is not a list of at most 64 integers. */
    public static Optional<List<Long>> shortIntegers(TensorProto tensor) {
        long count = 1;
        for (long size : Attributes.dims(tensor.getTensorShape())) {
            count *= size;
            if (size < 0 || count > SHORT) {
                return Optional.empty();
            }
        }
        boolean integers = tensor.getDtype() == DataType.DT_INT32 || tensor.getDtype() == DataType.DT_INT64;
        return integers && ConstantValues.of(tensor, count).isPresent()
                ? Optional.of(integers(tensor))
                : Optional.empty();
    }
}
