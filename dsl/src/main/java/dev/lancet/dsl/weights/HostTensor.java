package dev.lancet.dsl.weights;

import dev.lancet.dsl.plan.ArraySpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * One array of a model with its content, on the Java heap or in a mapped file.
 *
 * @param spec the name, type and shape
 * @param bytes the elements in row-major order, little-endian; each call returns a new read-only view
 */
public record HostTensor(ArraySpec spec, ByteBuffer bytes) {

    public HostTensor {
        if (bytes.remaining() != spec.bytes()) {
            throw new IllegalArgumentException(
                    "tensor: " + bytes.remaining() + " bytes for " + spec + "; it takes " + spec.bytes());
        }
        bytes = bytes.slice().asReadOnlyBuffer();
    }

    /** A tensor with a copy of these floats, in row-major order; their number must fit the shape. */
    public static HostTensor of(ArraySpec array, float[] values) {
        if (array.type() != ArraySpec.Type.FLOAT32) {
            throw new IllegalArgumentException("tensor: " + array + " does not hold floats; give its bytes");
        }
        ArrayLimits.check(array);
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(4, values.length));
        bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
        return new HostTensor(array, bytes);
    }

    /** A tensor that uses these bytes without a copy: codes, or floats of 32 or 16 bits in little-endian order. */
    public static HostTensor of(ArraySpec array, byte[] bytes) {
        return new HostTensor(array, ByteBuffer.wrap(bytes));
    }

    @Override
    public ByteBuffer bytes() {
        return bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The name. */
    public String name() {
        return spec.name();
    }

    /** A copy of the floats in row-major order, {@code [elements]}. */
    public float[] floats() {
        if (spec.type() != ArraySpec.Type.FLOAT32) {
            throw new IllegalArgumentException("tensor: " + spec + " does not hold floats");
        }
        FloatBuffer from = bytes().asFloatBuffer();
        float[] values = new float[from.remaining()];
        from.get(values);
        return values;
    }

    /** The same tensor with its own copy of the content, for a tensor whose content is valid only for a while. */
    public HostTensor copy() {
        return of(spec, toArray());
    }

    /** A copy of the bytes in row-major order, little-endian. */
    public byte[] toArray() {
        byte[] copy = new byte[bytes.remaining()];
        bytes().get(copy);
        return copy;
    }

    @Override
    public String toString() {
        return spec.toString();
    }
}
