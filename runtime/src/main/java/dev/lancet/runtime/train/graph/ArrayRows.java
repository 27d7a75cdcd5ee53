package dev.lancet.runtime.train.graph;

import dev.lancet.dsl.LancetException;
import dev.lancet.runtime.checkpoint.safetensors.HalfFloats;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** The elements of a stored array, whose first axis counts rows, as a column of examples. */
final class ArrayRows {

    private final String what;
    private final char kind;
    private final int size;
    private final long[] shape;
    private final ByteBuffer bytes;

    /**
     * A stored array.
     *
     * @param what the file and the array, for messages
     * @param kind {@code b} for booleans, {@code i} and {@code u} for whole numbers, {@code f} for floats
     * @param size bytes of an element
     * @param bytes the elements in row-major order, little-endian
     * @throws LancetException if there are not as many bytes as the shape needs, or too many for memory
     */
    ArrayRows(String what, char kind, int size, long[] shape, ByteBuffer bytes) {
        this.what = what;
        this.kind = kind;
        this.size = size;
        this.shape = shape;
        this.bytes = bytes.order(ByteOrder.LITTLE_ENDIAN);
        long elements = size;
        for (long dim : shape) {
            if (dim < 1 || elements > Integer.MAX_VALUE / dim) {
                throw new LancetException(what + ": has the shape " + Arrays.toString(shape)
                        + "; every axis needs at least 1 element, and all elements at most 2 GB");
            }
            elements *= dim;
        }
        if (elements != bytes.remaining()) {
            throw new LancetException(what + ": is damaged: its shape " + Arrays.toString(shape) + " needs " + elements
                    + " bytes, it has " + bytes.remaining());
        }
    }

    int rows() {
        return Math.toIntExact(shape[0]);
    }

    /** The column: whole numbers stay whole, floats become 32-bit floats. */
    ExampleColumn column() {
        int count = bytes.remaining() / size;
        long[] row = Arrays.copyOfRange(shape, 1, shape.length);
        if (kind == 'f') {
            float[] values = new float[count];
            for (int i = 0; i < count; i++) {
                values[i] = real(i);
            }
            return new ExampleColumn(new int[0], values, row);
        }
        int[] values = new int[count];
        for (int i = 0; i < count; i++) {
            long value = whole(i);
            values[i] = (int) value;
            // Whole numbers of 64 bits without a sign that exceed the signed ones are negative here.
            if (values[i] != value || (kind == 'u' && value < 0)) {
                throw new LancetException(
                        what + ": contains " + (kind == 'u' ? Long.toUnsignedString(value) : Long.toString(value))
                                + "; only whole numbers of 32 bits can be fed");
            }
        }
        return new ExampleColumn(values, new float[0], row);
    }

    private float real(int i) {
        return switch (size) {
            case 2 -> HalfFloats.half(bytes.getShort(2 * i));
            case 4 -> bytes.getFloat(4 * i);
            case 8 -> (float) bytes.getDouble(8 * i);
            default -> throw new LancetException(what + ": has floats of " + size + " bytes; use float32");
        };
    }

    private long whole(int i) {
        boolean signed = kind == 'i';
        return switch (size) {
            case 1 -> signed ? bytes.get(i) : bytes.get(i) & 0xff;
            case 2 -> signed ? bytes.getShort(2 * i) : bytes.getShort(2 * i) & 0xffff;
            case 4 -> signed ? bytes.getInt(4 * i) : bytes.getInt(4 * i) & 0xffffffffL;
            default -> bytes.getLong(8 * i);
        };
    }
}
