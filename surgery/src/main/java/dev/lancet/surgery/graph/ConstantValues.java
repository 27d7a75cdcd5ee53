package dev.lancet.surgery.graph;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorProto;

/**
 * The values of a constant as little-endian bytes. A TensorProto stores them as raw bytes or as a typed list; a list may
 * omit repetitions of its last value. Both forms give the same bytes.
 */
final class ConstantValues {

    /** The most bytes that a shortened list is expanded to: a damaged shape must not exhaust memory or time. */
    private static final long LARGEST = 256L << 20;

    private static final int CHUNK = 1 << 16;

    private final TensorProto tensor;
    private final int count;
    private final int width;

    private ConstantValues(TensorProto tensor, int count, int width) {
        this.tensor = tensor;
        this.count = count;
        this.width = width;
    }

    /**
     * The values of a tensor; empty if they are not numbers, if their bytes do not fit the shape, or if a shortened list
     * stands for more than 256 MiB.
     *
     * @param count the number of elements according to the shape, negative if unknown
     */
    static Optional<ConstantValues> of(TensorProto tensor, long count) {
        int width = width(tensor);
        if (width == 0 || count < 0 || count > Integer.MAX_VALUE) {
            return Optional.empty();
        }
        long bytes = count * width;
        boolean fits = tensor.getTensorContent().isEmpty()
                ? bytes <= LARGEST
                : bytes == tensor.getTensorContent().size();
        return fits ? Optional.of(new ConstantValues(tensor, (int) count, width)) : Optional.empty();
    }

    /** Bytes of an element, or 0 for types whose values are not numbers. */
    private static int width(TensorProto tensor) {
        return switch (tensor.getDtype()) {
            // Lists of these types are bytes, and are not read here.
            case DT_FLOAT8_E5M2, DT_FLOAT8_E4M3FN -> 0;
            default -> ElementTypes.bytes(tensor.getDtype());
        };
    }

    int count() {
        return count;
    }

    /** Passes all bytes to a consumer, in parts. */
    void bytes(Consumer<ByteBuffer> sink) {
        if (!tensor.getTensorContent().isEmpty()) {
            tensor.getTensorContent().asReadOnlyByteBufferList().forEach(sink);
            return;
        }
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            put(i, chunk);
            if (chunk.remaining() < width) {
                sink.accept(chunk.flip());
                chunk.clear();
            }
        }
        sink.accept(chunk.flip());
    }

    private void put(int i, ByteBuffer bytes) {
        switch (tensor.getDtype()) {
            case DT_FLOAT -> bytes.putFloat(at(i, tensor.getFloatValCount(), tensor::getFloatVal, 0f));
            case DT_DOUBLE -> bytes.putDouble(at(i, tensor.getDoubleValCount(), tensor::getDoubleVal, 0.0));
            case DT_INT64 -> bytes.putLong(at(i, tensor.getInt64ValCount(), tensor::getInt64Val, 0L));
            case DT_UINT64 -> bytes.putLong(at(i, tensor.getUint64ValCount(), tensor::getUint64Val, 0L));
            case DT_UINT32 -> bytes.putInt(at(i, tensor.getUint32ValCount(), tensor::getUint32Val, 0));
            case DT_INT32, DT_QINT32 -> bytes.putInt(listed(i));
            case DT_BOOL -> bytes.put((byte) (at(i, tensor.getBoolValCount(), tensor::getBoolVal, false) ? 1 : 0));
            case DT_HALF, DT_BFLOAT16 ->
                bytes.putShort(
                        at(i, tensor.getHalfValCount(), tensor::getHalfVal, 0).shortValue());
            case DT_INT16, DT_UINT16, DT_QINT16, DT_QUINT16 -> bytes.putShort((short) listed(i));
            case DT_COMPLEX64 -> {
                int pairs = tensor.getScomplexValCount() / 2;
                bytes.putFloat(at(i, pairs, pair -> tensor.getScomplexVal(2 * pair), 0f));
                bytes.putFloat(at(i, pairs, pair -> tensor.getScomplexVal(2 * pair + 1), 0f));
            }
            case DT_COMPLEX128 -> {
                int pairs = tensor.getDcomplexValCount() / 2;
                bytes.putDouble(at(i, pairs, pair -> tensor.getDcomplexVal(2 * pair), 0.0));
                bytes.putDouble(at(i, pairs, pair -> tensor.getDcomplexVal(2 * pair + 1), 0.0));
            }
            default -> bytes.put((byte) listed(i));
        }
    }

    private int listed(int i) {
        return at(i, tensor.getIntValCount(), tensor::getIntVal, 0);
    }

    /** A value of a list that omits repetitions of its last value; an empty list means zeros. */
    static <T> T at(int i, int count, IntFunction<T> list, T zero) {
        return count == 0 ? zero : list.apply(Math.min(i, count - 1));
    }

    private ByteBuffer element(int i) {
        ByteBuffer value = ByteBuffer.allocate(width).order(ByteOrder.LITTLE_ENDIAN);
        if (tensor.getTensorContent().isEmpty()) {
            put(i, value);
        } else {
            tensor.getTensorContent().substring(i * width, (i + 1) * width).copyTo(value);
        }
        return value.flip();
    }

    /** Element {@code i} of a list of int32 or int64. */
    long integer(int i) {
        ByteBuffer value = element(i);
        return tensor.getDtype() == DataType.DT_INT64 ? value.getLong() : value.getInt();
    }

    /** Element {@code i} of a list of float32 or float64. */
    double number(int i) {
        ByteBuffer value = element(i);
        return tensor.getDtype() == DataType.DT_DOUBLE ? value.getDouble() : value.getFloat();
    }

    /** Element {@code i} as text; half floats as their bits. */
    String shown(int i) {
        ByteBuffer value = element(i);
        return switch (tensor.getDtype()) {
            case DT_FLOAT -> Float.toString(value.getFloat());
            case DT_DOUBLE -> Double.toString(value.getDouble());
            case DT_INT64 -> Long.toString(value.getLong());
            case DT_UINT64 -> Long.toUnsignedString(value.getLong());
            case DT_UINT32 -> Integer.toUnsignedString(value.getInt());
            case DT_INT32, DT_QINT32 -> Integer.toString(value.getInt());
            case DT_BOOL -> Boolean.toString(value.get() != 0);
            case DT_HALF, DT_BFLOAT16 -> String.format("0x%04x", value.getShort());
            case DT_INT16, DT_QINT16 -> Short.toString(value.getShort());
            case DT_UINT16, DT_QUINT16 -> Integer.toString(Short.toUnsignedInt(value.getShort()));
            case DT_UINT8, DT_QUINT8 -> Integer.toString(Byte.toUnsignedInt(value.get()));
            case DT_COMPLEX64 -> value.getFloat() + "+" + value.getFloat() + "i";
            case DT_COMPLEX128 -> value.getDouble() + "+" + value.getDouble() + "i";
            default -> Byte.toString(value.get());
        };
    }
}
