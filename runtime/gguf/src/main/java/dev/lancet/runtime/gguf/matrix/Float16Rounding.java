package dev.lancet.runtime.gguf.matrix;

/** Rounds float32 to IEEE 754 binary16: to nearest, ties to even. */
final class Float16Rounding {

    /** The largest binary16. */
    static final float LARGEST = 65_504f;

    /** From here on, the nearest binary16 is infinite. */
    private static final int OVERFLOW = 0x477f_f000;

    private static final int SMALLEST_NORMAL = 0x3880_0000;
    private static final int BIAS = (127 - 15) << 23;

    private Float16Rounding() {}

    /** The bits of the nearest binary16 of a finite value; infinity if it is too large. */
    static short bits(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = bits >>> 16 & 0x8000;
        int magnitude = bits & 0x7fff_ffff;
        if (magnitude >= OVERFLOW) {
            return (short) (sign | 0x7c00);
        }
        if (magnitude < SMALLEST_NORMAL) {
            return (short) (sign | (int) Math.rint((double) Math.abs(value) * 0x1p24));
        }
        return (short) (sign | (magnitude - BIAS + 0x0fff + (magnitude >>> 13 & 1)) >>> 13);
    }
}
