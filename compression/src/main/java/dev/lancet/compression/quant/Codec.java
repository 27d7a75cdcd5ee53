package dev.lancet.compression.quant;

import dev.lancet.dsl.Precision;

/** One way to store floats as codes with a scale: the scale, the codes, and the values they stand for. */
abstract class Codec {

    static Codec of(Precision precision) {
        return switch (precision.format()) {
            case INT8 -> new Int8Codec();
            case INT4 -> precision.zeroPoints() ? new AsymmetricInt4Codec() : new Int4Codec();
            case NF4 -> new Nf4Codec();
            case FLOAT32, BFLOAT16 -> throw new IllegalArgumentException("codec: " + precision + " has no codes");
        };
    }

    /** The scale for values in a range that contains 0. */
    abstract float scale(float lowest, float highest);

    /** The code of the value 0 for values from {@code lowest}, which is not positive. */
    abstract int zero(float lowest, float scale);

    /** The code of a value; not called if the scale is 0. */
    abstract int code(float value, float scale, int zero);

    /** The value that a code stands for. */
    abstract float value(int code, float scale, int zero);

    /** Writes a code. */
    abstract void write(byte[] codes, QuantizationLayout layout, int input, int channel, int code);

    /** Reads a code. */
    abstract int read(byte[] codes, QuantizationLayout layout, int input, int channel);
}
