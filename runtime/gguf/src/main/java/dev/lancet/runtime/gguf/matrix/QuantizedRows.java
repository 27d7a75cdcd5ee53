package dev.lancet.runtime.gguf.matrix;

import dev.lancet.compression.quant.Quantizer;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.dsl.plan.StoredMatrix.Channels;
import dev.lancet.dsl.weights.Float16Rounding;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.runtime.gguf.file.GgufType;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Rows of the codes that a matrix is stored in, which do not change: int8 as Q8_0, symmetric int4 as Q4_0. Blocks of 32
 * inputs that share a scale repeat it, rounded to float16.
 */
final class QuantizedRows implements MatrixRows {

    private final StoredMatrix matrix;
    private final GgufType type;
    private final byte[] codes;
    private final float[] scales;
    private final boolean byColumn;
    private final int channels;
    private final int inputs;
    private final int group;
    private final int groups;

    QuantizedRows(StoredMatrix matrix, Weights weights) {
        this.matrix = matrix;
        type = type(matrix).orElseThrow();
        codes = weights.read(matrix.name()).toArray();
        scales = Quantizer.scales(matrix, weights);
        byColumn = matrix.channels() == Channels.COLUMNS;
        channels = byColumn ? matrix.columns() : matrix.rows();
        inputs = inputs(matrix);
        group = matrix.precision().group() == 0 ? inputs : matrix.precision().group();
        groups = (inputs + group - 1) / group;
    }

    static int inputs(StoredMatrix matrix) {
        return matrix.channels() == Channels.COLUMNS ? matrix.rows() : matrix.columns();
    }

    /** The type that keeps the codes of a matrix, or empty if none does. */
    static Optional<GgufType> type(StoredMatrix matrix) {
        Precision precision = matrix.precision();
        Optional<GgufType> type =
                switch (precision.format()) {
                    case INT8 -> Optional.of(GgufType.Q8_0);
                    case INT4 -> precision.zeroPoints() ? Optional.empty() : Optional.of(GgufType.Q4_0);
                    case FLOAT32, BFLOAT16, NF4 -> Optional.empty();
                };
        // A block has one scale, so it must not reach into another group; a last group may be shorter.
        return type.filter(some -> some.fits(inputs(matrix)) && some.fits(precision.group()));
    }

    @Override
    public void put(int[] wanted, ByteBuffer into) {
        int begin = into.position();
        int row = type.rowBytes(inputs);
        for (int block = 0; block < inputs / type.block(); block++) {
            int first = block * type.block();
            for (int c = 0; c < wanted.length; c++) {
                into.putShort(begin + c * row + block * type.blockBytes(), scale(first / group, wanted[c]));
            }
            int codesOfBlock = type.blockBytes() - Short.BYTES;
            for (int j = 0; j < codesOfBlock; j++) {
                for (int c = 0; c < wanted.length; c++) {
                    into.put(
                            begin + c * row + block * type.blockBytes() + Short.BYTES + j,
                            type == GgufType.Q8_0 ? codes[place(first + j, wanted[c])] : pair(first + j, wanted[c]));
                }
            }
        }
        into.position(begin + wanted.length * row);
    }

    /** Number i of a block in the lower half, number i + 16 in the upper one. Both forms store codes with 8 added. */
    private byte pair(int input, int channel) {
        return (byte) (halfByte(input, channel) | halfByte(input + type.block() / 2, channel) << 4);
    }

    private int halfByte(int input, int channel) {
        int two = codes[byColumn ? input / 2 * channels + channel : channel * ((inputs + 1) / 2) + input / 2];
        return (input % 2 == 0 ? two : two >> 4) & 15;
    }

    private int place(int input, int channel) {
        return byColumn ? input * channels + channel : channel * inputs + input;
    }

    private short scale(int of, int channel) {
        float scale = scales[byColumn ? of * channels + channel : channel * groups + of];
        short bits = Float16Rounding.bits(scale);
        if ((bits & 0x7fff) == 0x7c00) {
            throw RowEncoder.tooLarge(matrix.name(), scale);
        }
        return bits;
    }
}
