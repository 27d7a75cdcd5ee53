package dev.lancet.compression.quant;

/** The levels −8…7 times max|w| / 7, ties to even, stored with 8 added. */
final class Int4Codec extends FourBitCodec {

    private static final int BIAS = 8;

    @Override
    float scale(float lowest, float highest) {
        return Math.max(-lowest, highest) / 7;
    }

    @Override
    int zero(float lowest, float scale) {
        return BIAS;
    }

    @Override
    int code(float value, float scale, int zero) {
        return level(value, scale, zero);
    }

    @Override
    float value(int code, float scale, int zero) {
        return (code - zero) * scale;
    }
}
