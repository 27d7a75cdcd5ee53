package dev.lancet.compression.quant;

/** Two codes 0…15 per byte: the even input in the low half, the odd one in the high half. */
abstract class FourBitCodec extends Codec {

    /** The nearest of the codes 0…15 at equal distances, if {@code zero} stands for 0. */
    static int level(float value, float scale, int zero) {
        return (int) Math.max(0, Math.min(15, Math.rint((double) value / scale) + zero));
    }

    @Override
    final void write(byte[] codes, QuantizationLayout layout, int input, int channel, int code) {
        codes[layout.halfByte(input, channel)] |= (byte) (input % 2 == 0 ? code : code << 4);
    }

    @Override
    final int read(byte[] codes, QuantizationLayout layout, int input, int channel) {
        int pair = codes[layout.halfByte(input, channel)];
        return (input % 2 == 0 ? pair : pair >> 4) & 15;
    }
}
