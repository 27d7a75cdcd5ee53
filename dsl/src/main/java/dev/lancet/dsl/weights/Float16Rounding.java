package dev.lancet.dsl.weights;

/** Rounds float32 to IEEE 754 binary16, which has 1 bit of sign, 5 of exponent and 10 of fraction: to nearest, ties to even. */
public final class Float16Rounding {

    /** The largest finite binary16. */
    public static final float LARGEST = 65_504;

    private static final float TOO_LARGE = 65_520;
    private static final float SMALLEST_NORMAL = 0x1p-14f;
    private static final int INFINITY = 0x7c00;
    private static final int NOT_A_NUMBER = 0x7e00;

    private Float16Rounding() {}

    /** The bits of the nearest binary16. NaN stays NaN; values from 65,520 on become infinity. */
    public static short bits(float value) {
        int sign = (Float.floatToIntBits(value) >>> 16) & 0x8000;
        float size = Math.abs(value);
        if (Float.isNaN(size)) {
            return NOT_A_NUMBER;
        }
        if (size >= TOO_LARGE) {
            return (short) (sign | INFINITY);
        }
        if (size < SMALLEST_NORMAL) {
            return (short) (sign | (int) Math.rint(size * 0x1p24));
        }
        int exponent = Math.getExponent(size);
        int fraction = (int) Math.rint(Math.scalb((double) size, 10 - exponent));
        // A fraction rounded up to 2048 carries into the exponent.
        return (short) (sign | (((exponent + 15) << 10) + fraction - 1024));
    }
}
