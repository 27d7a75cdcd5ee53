package dev.lancet.runtime.gguf.matrix;

import dev.lancet.compression.quant.Bfloat16Rounding;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.weights.Float16Rounding;
import dev.lancet.runtime.gguf.file.GgufType;
import java.nio.ByteBuffer;

/** Writes a row of floats in the blocks of a type, as ggml does it ({@code quantize_row_q8_0_ref}, {@code quantize_row_q4_0_ref}). */
public final class RowEncoder {

    private final String name;
    private final GgufType type;

    /**
     * An encoder.
     *
     * @param name the name of the array, for messages
     */
    public RowEncoder(String name, GgufType type) {
        this.name = name;
        this.type = type;
    }

    /**
     * Appends the numbers from {@code from} on.
     *
     * @throws LancetException if a number is not finite, or too large for the type
     */
    public void put(float[] values, int from, int count, ByteBuffer into) {
        for (int i = from; i < from + count; i++) {
            if (!Float.isFinite(values[i])) {
                throw new LancetException("export: " + name + " contains " + values[i]
                        + "; only finite weights can be exported; check the model");
            }
        }
        switch (type) {
            case FLOAT32 -> {
                for (int i = 0; i < count; i++) {
                    into.putFloat(values[from + i]);
                }
            }
            case FLOAT16 -> {
                for (int i = 0; i < count; i++) {
                    into.putShort(half(values[from + i]));
                }
            }
            case BFLOAT16 -> {
                for (int i = 0; i < count; i++) {
                    into.putShort(brain(values[from + i]));
                }
            }
            case Q8_0 -> {
                for (int i = 0; i < count; i += type.block()) {
                    bytes(values, from + i, into);
                }
            }
            case Q4_0 -> {
                for (int i = 0; i < count; i += type.block()) {
                    halfBytes(values, from + i, into);
                }
            }
        }
    }

    /** The scale is the largest magnitude / 127; codes round halves away from zero. */
    private void bytes(float[] values, int from, ByteBuffer into) {
        float largest = 0;
        for (int i = from; i < from + type.block(); i++) {
            largest = Math.max(largest, Math.abs(values[i]));
        }
        float scale = largest / 127;
        float inverse = scale == 0 ? 0 : 1 / scale;
        into.putShort(half(scale));
        for (int i = from; i < from + type.block(); i++) {
            float scaled = values[i] * inverse;
            float size = Math.abs(scaled);
            double floor = Math.floor(size);
            double rounded = floor + Math.floor(2 * (size - floor));
            into.put((byte) (scaled < 0 ? -rounded : rounded));
        }
    }

    /** The scale is the number with the largest magnitude / −8, so that this number has the code −8. */
    private void halfBytes(float[] values, int from, ByteBuffer into) {
        float largest = 0;
        for (int i = from; i < from + type.block(); i++) {
            if (Math.abs(values[i]) > Math.abs(largest)) {
                largest = values[i];
            }
        }
        float scale = largest / -8;
        float inverse = scale == 0 ? 0 : 1 / scale;
        into.putShort(half(scale));
        int half = type.block() / 2;
        for (int i = from; i < from + half; i++) {
            into.put((byte) (code(values[i], inverse) | code(values[i + half], inverse) << 4));
        }
    }

    private static int code(float value, float inverse) {
        return Math.min(15, (int) (value * inverse + 8.5f));
    }

    /** A float16, if the number has one. */
    private short half(float value) {
        short bits = Float16Rounding.bits(value);
        if ((bits & 0x7fff) == 0x7c00) {
            throw tooLarge(name, value);
        }
        return bits;
    }

    static LancetException tooLarge(String name, float value) {
        return new LancetException("export: " + name + " needs " + value + ", but the largest float16 is "
                + Float16Rounding.LARGEST + "; export it with --type float32");
    }

    /** A bfloat16, if the number has one. */
    private short brain(float value) {
        short bits = Bfloat16Rounding.bits(value);
        if (!Float.isFinite(Bfloat16Rounding.value(bits))) {
            throw new LancetException("export: " + name + " contains " + value
                    + ", beyond the largest bfloat16; export it with --type float32");
        }
        return bits;
    }
}
