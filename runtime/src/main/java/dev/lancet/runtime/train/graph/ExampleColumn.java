package dev.lancet.runtime.train.graph;

import dev.lancet.dsl.LancetException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;

/** One array of {@link Examples}, its rows one after the other: whole numbers or floats. */
final class ExampleColumn {

    private final int[] ints;
    private final float[] floats;
    private final long[] row;

    ExampleColumn(int[] ints, float[] floats, long[] row) {
        this.ints = ints;
        this.floats = floats;
        this.row = row;
    }

    /** The whole numbers; empty if it has floats. */
    int[] ints() {
        return ints;
    }

    /** The floats; empty if it has whole numbers. */
    float[] floats() {
        return floats;
    }

    /** The shape of a row. */
    long[] row() {
        return row;
    }

    /** The number of elements in a row. */
    int width() {
        return Math.toIntExact(Arrays.stream(row).reduce(1, Math::multiplyExact));
    }

    /** Some of its rows. */
    ExampleColumn at(int count, IntUnaryOperator which) {
        int width = width();
        int[] someInts = new int[ints.length == 0 ? 0 : count * width];
        float[] someFloats = new float[floats.length == 0 ? 0 : count * width];
        for (int i = 0; i < count; i++) {
            int from = which.applyAsInt(i) * width;
            if (someInts.length > 0) {
                System.arraycopy(ints, from, someInts, i * width, width);
            }
            if (someFloats.length > 0) {
                System.arraycopy(floats, from, someFloats, i * width, width);
            }
        }
        return new ExampleColumn(someInts, someFloats, row);
    }

    /** Adds shape and values to a digest. */
    void addTo(MessageDigest digest) {
        digest.update(Arrays.toString(row).getBytes(StandardCharsets.UTF_8));
        ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES);
        for (int value : ints) {
            digest.update(bytes.putInt(0, value).array());
        }
        for (float value : floats) {
            digest.update(bytes.putFloat(0, value).array());
        }
    }

    /** A tensor of this type; the caller owns it. */
    Tensor tensor(String what, DataType type, Shape shape) {
        boolean whole = floats.length == 0;
        if (type == DataType.DT_INT32 && whole) {
            return TInt32.tensorOf(shape, DataBuffers.of(ints));
        }
        if (type == DataType.DT_INT64 && whole) {
            return TInt64.tensorOf(
                    shape, DataBuffers.of(Arrays.stream(ints).asLongStream().toArray()));
        }
        if (type == DataType.DT_FLOAT) {
            return TFloat32.tensorOf(shape, DataBuffers.of(whole ? asFloats() : floats));
        }
        throw new LancetException("examples: the graph takes its " + what + " as " + type + ", but they are "
                + (whole ? "whole numbers" : "floats") + "; only int32, int64 and float can be fed");
    }

    private float[] asFloats() {
        float[] values = new float[ints.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = ints[i];
        }
        return values;
    }
}
