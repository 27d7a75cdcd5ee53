package dev.lancet.runtime.checkpoint.safetensors;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;

/**
 * A memory-mapped array of F32, F16 or BF16, read as float32.
 *
 * @param dtype F32, F16 or BF16
 * @param bytes the elements, little-endian
 */
public record FloatSource(Dtype dtype, ByteBuffer bytes) implements FloatReader {

    int length() {
        return bytes.remaining() / (dtype.bits() / 8);
    }

    @Override
    public void copy(int from, float[] into, int at, int count) {
        if (dtype == Dtype.F32) {
            FloatBuffer floats = bytes.asFloatBuffer();
            floats.get(from, into, at, count);
            return;
        }
        ShortBuffer shorts = bytes.asShortBuffer();
        boolean brain = dtype == Dtype.BF16;
        for (int i = 0; i < count; i++) {
            short bits = shorts.get(from + i);
            into[at + i] = brain ? HalfFloats.brain(bits) : HalfFloats.half(bits);
        }
    }
}
