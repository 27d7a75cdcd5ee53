package dev.lancet.surgery.graph;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/**
 * Constants in the text of a graph. A TensorProto has two spellings of its values, raw bytes and typed lists, and a list
 * may be cut short where its last value repeats; all are brought to raw bytes first, so equal values have equal text.
 */
final class ConstantText {

    /** So many values are written out. */
    static final int SHOWN = 8;

    private ConstantText() {}

    static String of(TensorProto tensor) {
        TensorShapeProto shape = tensor.getTensorShape();
        long count = shape.getDimList().stream()
                .mapToLong(TensorShapeProto.Dim::getSize)
                .reduce(1, (a, b) -> a * b);
        String prefix = shape.getDimCount() == 0 ? "" : AttributeText.shape(shape) + " ";
        int width = width(tensor);
        if (width == 0 || count > Integer.MAX_VALUE / 8) {
            return prefix + hash(tensor.toByteString());
        }
        ByteBuffer values = values(tensor, (int) count, width).order(ByteOrder.LITTLE_ENDIAN);
        if (count > SHOWN) {
            return prefix + hash(ByteString.copyFrom(values));
        }
        IntFunction<String> value = printer(tensor, values);
        String shown = IntStream.range(0, (int) count).mapToObj(value).collect(Collectors.joining(","));
        return shape.getDimCount() == 0 ? shown : prefix + "{" + shown + "}";
    }

    /** {@code #} and the first eight digits of the SHA-256. */
    static String hash(ByteString bytes) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            bytes.asReadOnlyByteBufferList().forEach(digest::update);
            return "#" + HexFormat.of().formatHex(digest.digest(), 0, 4);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }

    /** Bytes of an element, or 0 for types whose values are not numbers. */
    private static int width(TensorProto tensor) {
        return switch (tensor.getDtype()) {
            case DT_FLOAT, DT_INT32, DT_UINT32 -> 4;
            case DT_DOUBLE, DT_INT64, DT_UINT64 -> 8;
            case DT_HALF, DT_BFLOAT16, DT_INT16, DT_UINT16 -> 2;
            case DT_INT8, DT_UINT8, DT_BOOL -> 1;
            default -> 0;
        };
    }

    private static ByteBuffer values(TensorProto tensor, int count, int width) {
        if (!tensor.getTensorContent().isEmpty()) {
            return tensor.getTensorContent().asReadOnlyByteBuffer();
        }
        ByteBuffer bytes = ByteBuffer.allocate(count * width).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            put(tensor, i, bytes);
        }
        return bytes.flip();
    }

    private static void put(TensorProto tensor, int i, ByteBuffer bytes) {
        switch (tensor.getDtype()) {
            case DT_FLOAT -> bytes.putFloat(at(i, tensor.getFloatValCount(), tensor::getFloatVal, 0f));
            case DT_DOUBLE -> bytes.putDouble(at(i, tensor.getDoubleValCount(), tensor::getDoubleVal, 0.0));
            case DT_INT64 -> bytes.putLong(at(i, tensor.getInt64ValCount(), tensor::getInt64Val, 0L));
            case DT_UINT64 -> bytes.putLong(at(i, tensor.getUint64ValCount(), tensor::getUint64Val, 0L));
            case DT_UINT32 -> bytes.putInt(at(i, tensor.getUint32ValCount(), tensor::getUint32Val, 0));
            case DT_INT32 -> bytes.putInt(at(i, tensor.getIntValCount(), tensor::getIntVal, 0));
            case DT_BOOL -> bytes.put((byte) (at(i, tensor.getBoolValCount(), tensor::getBoolVal, false) ? 1 : 0));
            case DT_HALF, DT_BFLOAT16 ->
                bytes.putShort(
                        at(i, tensor.getHalfValCount(), tensor::getHalfVal, 0).shortValue());
            case DT_INT16, DT_UINT16 ->
                bytes.putShort(
                        at(i, tensor.getIntValCount(), tensor::getIntVal, 0).shortValue());
            default ->
                bytes.put(at(i, tensor.getIntValCount(), tensor::getIntVal, 0).byteValue());
        }
    }

    /** A value of a list whose last one repeats, and that may be empty for all zeros. */
    private static <T> T at(int i, int count, IntFunction<T> list, T zero) {
        return count == 0 ? zero : list.apply(Math.min(i, count - 1));
    }

    private static IntFunction<String> printer(TensorProto tensor, ByteBuffer values) {
        return switch (tensor.getDtype()) {
            case DT_FLOAT -> i -> Float.toString(values.getFloat(4 * i));
            case DT_DOUBLE -> i -> Double.toString(values.getDouble(8 * i));
            case DT_INT64 -> i -> Long.toString(values.getLong(8 * i));
            case DT_UINT64 -> i -> Long.toUnsignedString(values.getLong(8 * i));
            case DT_UINT32 -> i -> Integer.toUnsignedString(values.getInt(4 * i));
            case DT_INT32 -> i -> Integer.toString(values.getInt(4 * i));
            case DT_BOOL -> i -> Boolean.toString(values.get(i) != 0);
            case DT_HALF, DT_BFLOAT16 -> i -> String.format("0x%04x", values.getShort(2 * i));
            case DT_INT16 -> i -> Short.toString(values.getShort(2 * i));
            case DT_UINT16 -> i -> Integer.toString(Short.toUnsignedInt(values.getShort(2 * i)));
            case DT_UINT8 -> i -> Integer.toString(Byte.toUnsignedInt(values.get(i)));
            default -> i -> Byte.toString(values.get(i));
        };
    }
}
