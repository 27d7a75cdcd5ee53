package dev.lancet.runtime.checkpoint.safetensors;

/** Converts 16-bit floats to float32 without loss: float32 can represent every value of both formats. */
public final class HalfFloats {

    private static final int SIGN = 0x8000;
    private static final int EXPONENT = 0x7c00;
    private static final int FRACTION = 0x03ff;
    private static final float SMALLEST = 0x1p-24f;

    private HalfFloats() {}

    /** Converts a bfloat16, which is the upper half of a float32. */
    public static float brain(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    /** Converts an IEEE 754 binary16, which has 5 bits of exponent and 10 of fraction. */
    public static float half(short bits) {
        int sign = (bits & SIGN) << 16;
        int exponent = bits & EXPONENT;
        int fraction = bits & FRACTION;
        if (exponent == 0) {
            float magnitude = fraction * SMALLEST;
            return sign == 0 ? magnitude : -magnitude;
        }
        if (exponent == EXPONENT) {
            return Float.intBitsToFloat(sign | 0x7f80_0000 | fraction << 13);
        }
        return Float.intBitsToFloat(sign | ((exponent >> 10) + 127 - 15) << 23 | fraction << 13);
    }
}
