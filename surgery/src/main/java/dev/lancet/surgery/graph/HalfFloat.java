package dev.lancet.surgery.graph;

/** IEEE 754 binary16: 1 bit of sign, 5 of exponent, 10 of fraction. */
final class HalfFloat {

    private static final float TOO_LARGE = 65_520;
    private static final float SMALLEST_NORMAL = 0x1p-14f;
    private static final int INFINITY = 0x7c00;
    private static final int NOT_A_NUMBER = 0x7e00;

    private HalfFloat() {}

    /** The nearest half float; ties go to the even one. */
    static int bits(float value) {
        int sign = (Float.floatToIntBits(value) >>> 16) & 0x8000;
        float size = Math.abs(value);
        if (Float.isNaN(size)) {
            return NOT_A_NUMBER;
        }
        if (size >= TOO_LARGE) {
            return sign | INFINITY;
        }
        if (size < SMALLEST_NORMAL) {
            return sign | (int) Math.rint(size * 0x1p24);
        }
        int exponent = Math.getExponent(size);
        int fraction = (int) Math.rint(Math.scalb((double) size, 10 - exponent));
        // A fraction rounded up to 2048 carries into the exponent.
        return sign | (((exponent + 15) << 10) + fraction - 1024);
    }
}
