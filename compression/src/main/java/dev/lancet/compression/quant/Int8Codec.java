package dev.lancet.compression.quant;

/** One byte per weight: −127…127 times max|w| / 127, ties to even. */
final class Int8Codec extends Codec {

    @Override
    float scale(float largest) {
        return largest / 127;
    }

    @Override
    int code(float value, float scale) {
        return (int) Math.max(-127, Math.min(127, Math.rint((double) value / scale)));
    }

    @Override
    int zero() {
        return 0;
    }

    @Override
    float value(int code, float scale) {
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
