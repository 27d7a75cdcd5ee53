package dev.lancet.compression.quant;

/** Two codes 0…15 a byte: the even input in the low half, the odd one in the high half. */
abstract class HalfByteCoding extends Coding {

    @Override
    final void write(byte[] codes, Grid grid, int input, int channel, int code) {
        codes[grid.halfByte(input, channel)] |= (byte) (input % 2 == 0 ? code : code << 4);
    }

    @Override
    final int read(byte[] codes, Grid grid, int input, int channel) {
        int pair = codes[grid.halfByte(input, channel)];
        return (input % 2 == 0 ? pair : pair >> 4) & 15;
    }
}
