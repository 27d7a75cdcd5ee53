package dev.lancet.compression.quant;

import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.dsl.plan.StoredMatrix.Channels;
import java.util.stream.IntStream;

/**
 * The positions of the value, the code and the scale of input i of channel c. All three are linear in i (or i / 2, or the
 * group) and c, so one loop serves matrices whose channels are columns and those whose channels are rows.
 */
final class QuantizationLayout {

    /**
     * The number of channels processed side by side: 64 floats are four cache lines of a row, and 64 lines fit into every
     * L1 cache.
     */
    private static final int TILE = 64;

    final int channels;
    final int inputs;
    final int group;
    final int groups;
    private final boolean byColumn;
    private final int columns;

    QuantizationLayout(StoredMatrix matrix) {
        byColumn = matrix.channels() == Channels.COLUMNS;
        columns = matrix.columns();
        channels = byColumn ? matrix.columns() : matrix.rows();
        inputs = byColumn ? matrix.rows() : matrix.columns();
        group = matrix.precision().group() == 0 ? inputs : matrix.precision().group();
        groups = (inputs + group - 1) / group;
    }

    /** Whether the channels are columns, so that the inputs are rows. */
    boolean byColumn() {
        return byColumn;
    }

    int value(int input, int channel) {
        return byColumn ? input * columns + channel : channel * columns + input;
    }

    int halfByte(int input, int channel) {
        return byColumn ? (input / 2) * columns + channel : channel * ((columns + 1) / 2) + input / 2;
    }

    int scale(int group, int channel) {
        return byColumn ? group * columns + channel : channel * groups + group;
    }

    int firstInput(int group) {
        return group * this.group;
    }

    int endInput(int group) {
        return Math.min(inputs, (group + 1) * this.group);
    }

    /** One group of some channels. */
    interface Block {
        void visit(int group, int firstChannel, int endChannel);
    }

    /**
     * Visits every block once, in parallel. No two blocks share a value, a byte or a scale, so the result does not depend
     * on the order.
     */
    void forEachBlock(Block block) {
        int tiles = (channels + TILE - 1) / TILE;
        IntStream.range(0, tiles).parallel().forEach(tile -> {
            int first = tile * TILE;
            int end = Math.min(channels, first + TILE);
            for (int g = 0; g < groups; g++) {
                block.visit(g, first, end);
            }
        });
    }
}
