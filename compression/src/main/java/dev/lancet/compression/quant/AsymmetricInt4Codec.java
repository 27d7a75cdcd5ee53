package dev.lancet.compression.quant;

/**
 * The levels from the lowest to the highest value in 15 equal steps, ties to even. A value is {@code (code − zero) ·
 * scale}, and the zero point is the code nearest to 0, so 0 is exact.
 */
final class AsymmetricInt4Codec extends FourBitCodec {

    @Override
    float scale(float lowest, float highest) {
        return (float) (((double) highest - lowest) / 15);
    }

    @Override
    int zero(float lowest, float scale) {
        return scale == 0 ? 0 : level(-lowest, scale, 0);
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
