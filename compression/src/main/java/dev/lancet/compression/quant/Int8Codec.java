package dev.lancet.compression.quant;

/** One byte per weight: −127…127 times max|w| / 127, ties to even. */
final class Int8Codec extends Codec {

    @Override
    float scale(float lowest, float highest) {
        return Math.max(-lowest, highest) / 127;
    }

    @Override
    int zero(float lowest, float scale) {
        return 0;
    }

    @Override
    int code(float value, float scale, int zero) {
        return (int) Math.max(-127, Math.min(127, Math.rint((double) value / scale)));
    }

    @Override
    float value(int code, float scale, int zero) {
        return code * scale;
    }

    @Override
    void write(byte[] codes, QuantizationLayout layout, int input, int channel, int code) {
        codes[layout.value(input, channel)] = (byte) code;
    }

    @Override
    int read(byte[] codes, QuantizationLayout layout, int input, int channel) {
        return codes[layout.value(input, channel)];
    }
}
