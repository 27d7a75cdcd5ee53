package dev.lancet.runtime.gguf.matrix;

import dev.lancet.compression.matrix.Matrix;
import dev.lancet.dsl.plan.StoredMatrix.Channels;
import java.nio.ByteBuffer;

/** Rows of floats, which the encoder writes in its type. */
final class FloatRows implements MatrixRows {

    private final Matrix matrix;
    private final boolean byColumn;
    private final int inputs;
    private final RowEncoder encoder;
    private final float[] band;

    FloatRows(Matrix matrix, Channels channels, RowEncoder encoder) {
        this.matrix = matrix;
        this.encoder = encoder;
        byColumn = channels == Channels.COLUMNS;
        inputs = byColumn ? matrix.rows() : matrix.columns();
        band = new float[byColumn ? Math.multiplyExact(BAND, inputs) : 0];
    }

    @Override
    public void put(int[] channels, ByteBuffer into) {
        float[] values = matrix.values();
        if (!byColumn) {
            for (int channel : channels) {
                encoder.put(values, channel * inputs, inputs, into);
            }
            return;
        }
        for (int i = 0; i < inputs; i++) {
            for (int c = 0; c < channels.length; c++) {
                band[c * inputs + i] = values[i * matrix.columns() + channels[c]];
            }
        }
        for (int c = 0; c < channels.length; c++) {
            encoder.put(band, c * inputs, inputs, into);
        }
    }
}
