package dev.lancet.compression.quant;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.dsl.weights.HostTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ShortBuffer;

/** Rounds float32 to its upper 16 bits: to nearest, ties to even, as IEEE 754 rounds to fewer bits. */
public final class Bfloat16Rounding {

    /** Added before the lower half is cut off: just less than half a unit; for an odd unit the rest is added too. */
    private static final int ALMOST_HALF = 0x7fff;
    /** Makes a NaN quiet; without it, a NaN whose bits are all in the lower half would become infinity. */
    private static final int QUIET = 0x40;

    private Bfloat16Rounding() {}

    /** The 16 bits nearest to a float. NaN stays NaN; values beyond the largest bfloat16 become infinity. */
    public static short bits(float value) {
        int bits = Float.floatToRawIntBits(value);
        int upper = bits >>> Short.SIZE;
        return (short) (Float.isNaN(value) ? upper | QUIET : (bits + ALMOST_HALF + (upper & 1)) >>> Short.SIZE);
    }

    /** The float with these 16 bits, exactly. */
    public static float value(short bits) {
        return Float.intBitsToFloat(bits << Short.SIZE);
    }

    static HostTensor pack(StoredMatrix matrix, ArraySpec array, float[] values) {
        byte[] bytes = new byte[Math.toIntExact(array.bytes())];
        ShortBuffer halves =
                ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asShortBuffer();
        for (int i = 0; i < values.length; i++) {
            short half = bits(values[i]);
            if (!Float.isFinite(value(half))) {
                throw new LancetException("bfloat16: " + matrix.name() + " contains " + values[i] + " in row "
                        + i / matrix.columns() + ", column " + i % matrix.columns()
                        + "; bfloat16 stores only finite weights up to 3.39e38; keep it in float32");
            }
            halves.put(i, half);
        }
        return HostTensor.of(array, bytes);
    }

    static float[] unpack(HostTensor halves) {
        ShortBuffer from = halves.bytes().asShortBuffer();
        float[] values = new float[from.remaining()];
        for (int i = 0; i < values.length; i++) {
            values[i] = value(from.get(i));
        }
        return values;
    }
}
