package dev.lancet.runtime.onnx.layer;

import dev.lancet.compression.quant.Quantizer;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.dsl.plan.StoredMatrix.Channels;
import dev.lancet.dsl.weights.Weights;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * A matrix of symmetric 8-bit or 4-bit codes in the layout of ONNX Runtime's {@code MatMulNBits} and {@code
 * GatherBlockQuantized}: for each output channel blocks of consecutive inputs with a scale each, codes unsigned around their
 * middle.
 */
final class QuantizedBlocks {

    private static final int LEAST = 16;
    private static final int MOST = 128;

    /** Cache lines of rows that are turned together. */
    private static final int TILE = 64;

    private final StoredMatrix matrix;
    private final int block;
    private final int bits;

    private QuantizedBlocks(StoredMatrix matrix, int block) {
        this.matrix = matrix;
        this.block = block;
        bits = matrix.precision().bits();
    }

    /** Whether the codes of a precision have this form: symmetric, at equal distances. */
    static boolean fits(Precision precision) {
        return switch (precision.format()) {
            case INT8 -> true;
            case INT4 -> !precision.zeroPoints();
            case FLOAT32, BFLOAT16, NF4 -> false;
        };
    }

    /**
     * The size of the blocks: the largest power of two up to 128 that divides a group, or empty if there is none of at
     * least 16. A whole channel in 8 bits has the block that fills up with the fewest zeros, or with few zeros if it is
     * larger, because large blocks compute faster.
     *
     * @param whole whether the blocks must divide the inputs, as those of a table
     */
    static OptionalInt size(StoredMatrix matrix, boolean whole) {
        if (!fits(matrix.precision())) {
            return OptionalInt.empty();
        }
        int inputs = inputs(matrix);
        int group = matrix.precision().group();
        return IntStream.iterate(MOST, size -> size >= LEAST, size -> size / 2)
                .filter(size -> !whole || inputs % size == 0)
                .filter(size -> group > 0
                        ? group % size == 0
                        : size == LEAST || filled(inputs, size) - inputs <= inputs / LEAST)
                .findFirst();
    }

    static QuantizedBlocks of(StoredMatrix matrix, int size) {
        return new QuantizedBlocks(matrix, size);
    }

    private static int filled(int inputs, int block) {
        return (inputs + block - 1) / block * block;
    }

    static int inputs(StoredMatrix matrix) {
        return matrix.channels() == Channels.COLUMNS ? matrix.rows() : matrix.columns();
    }

    static int channels(StoredMatrix matrix) {
        return matrix.channels() == Channels.COLUMNS ? matrix.columns() : matrix.rows();
    }

    /** Blocks of a channel. */
    int blocks() {
        return filled(inputs(matrix), block) / block;
    }

    /** Bytes of the codes of a block. */
    int blockBytes() {
        return block * bits / Byte.SIZE;
    }

    /** The codes, {@code [channels, blocks, blockBytes]}, from the stored ones. */
    byte[] codes(byte[] stored) {
        int channels = channels(matrix);
        int row = blocks() * blockBytes();
        int count = (inputs(matrix) * bits + 7) / Byte.SIZE;
        boolean byColumn = matrix.channels() == Channels.COLUMNS;
        byte[] codes = new byte[Math.multiplyExact(channels, row)];
        // The code in the middle stands for 0: past the last input, too.
        Arrays.fill(codes, (byte) (bits == 8 ? 0x80 : 0x88));
        byte flip = (byte) (bits == 8 ? 0x80 : 0);
        for (int first = 0; first < count; first += TILE) {
            int end = Math.min(count, first + TILE);
            for (int channel = 0; channel < channels; channel++) {
                for (int i = first; i < end; i++) {
                    byte code = stored[byColumn ? i * channels + channel : channel * count + i];
                    codes[channel * row + i] = (byte) (code ^ flip);
                }
            }
        }
        if (bits == 4 && inputs(matrix) % 2 == 1) {
            for (int channel = 0; channel < channels; channel++) {
                codes[channel * row + count - 1] = (byte) ((codes[channel * row + count - 1] & 0x0f) | 0x80);
            }
        }
        return codes;
    }

    /** The scales, {@code [channels, blocks]}. */
    float[] scales(Weights weights) {
        float[] stored = Quantizer.scales(matrix, weights);
        int channels = channels(matrix);
        int inputs = inputs(matrix);
        int group =
                matrix.precision().group() == 0 ? inputs : matrix.precision().group();
        int groups = (inputs + group - 1) / group;
        boolean byColumn = matrix.channels() == Channels.COLUMNS;
        float[] scales = new float[Math.multiplyExact(channels, blocks())];
        for (int channel = 0; channel < channels; channel++) {
            for (int b = 0; b < blocks(); b++) {
                int of = b * block / group;
                scales[channel * blocks() + b] = stored[byColumn ? of * channels + channel : channel * groups + of];
            }
        }
        return scales;
    }
}
