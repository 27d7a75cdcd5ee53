package dev.lancet.compression.quant;

/** The levels −8…7 times max|w| / 7, ties to even, stored with 8 added. */
final class Int4Codec extends FourBitCodec {

    private static final int BIAS = 8;

    @Override
    float scale(float largest) {
        return largest / 7;
    }

    @Override
    int code(float value, float scale) {
        return (int) Math.max(-8, Math.min(7, Math.rint((double) value / scale))) + BIAS;
    }

    @Override
    int zero() {
        return BIAS;
    }

    @Override
    float value(int code, float scale) {
        return (code - BIAS) * scale;
    }
}
