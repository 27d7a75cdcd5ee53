package dev.lancet.compression.quant;

import dev.lancet.dsl.Precision.Nf4;

/** The nearest of 16 quantiles of the normal distribution times max|w| (Dettmers et al., 2023, appendix E). */
final class Nf4Codec extends FourBitCodec {

    private static final int ZERO = Nf4.VALUES.indexOf(0f);

    private final float[] values = new float[16];
    private final double[] borders = new double[15];

    Nf4Codec() {
        for (int code = 0; code < 16; code++) {
            values[code] = Nf4.VALUES.get(code);
        }
        for (int code = 0; code < 15; code++) {
            borders[code] = ((double) values[code] + values[code + 1]) / 2;
        }
    }

    @Override
    float scale(float lowest, float highest) {
        return Math.max(-lowest, highest);
    }

    @Override
    int code(float value, float scale, int zero) {
        double x = (double) value / scale;
        int code = 0;
        for (int half = 8; half > 0; half /= 2) {
            if (x > borders[code + half - 1]) {
                code += half;
            }
        }
        return code;
    }

    @Override
    int zero(float lowest, float scale) {
        return ZERO;
    }

    @Override
    float value(int code, float scale, int zero) {
        return values[code] * scale;
    }
}
