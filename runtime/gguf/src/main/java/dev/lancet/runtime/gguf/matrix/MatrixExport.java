package dev.lancet.runtime.gguf.matrix;

import dev.lancet.compression.quant.Quantizer;
import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.dsl.plan.StoredMatrix.Channels;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.runtime.gguf.file.GgufTensor;
import dev.lancet.runtime.gguf.file.GgufType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * A stored matrix on its way into a tensor {@code [output channels, inputs]}. One matrix at a time is in memory.
 *
 * @param matrix the stored matrix
 * @param tensor the tensor
 * @param order the channel that each row of the tensor holds
 * @param kept whether the tensor holds the stored codes
 */
public record MatrixExport(StoredMatrix matrix, GgufTensor tensor, RowOrder order, boolean kept) {

    /**
     * A matrix under a name. Its codes are kept if a type does so; otherwise the matrix has the type {@code floats}, or
     * float32 if the blocks of that type do not divide its rows.
     *
     * @param floats the type of a matrix whose codes are not kept
     */
    public static MatrixExport of(StoredMatrix matrix, String name, RowOrder order, GgufType floats) {
        int inputs = QuantizedRows.inputs(matrix);
        int channels = matrix.channels() == Channels.COLUMNS ? matrix.columns() : matrix.rows();
        boolean kept = QuantizedRows.type(matrix).isPresent();
        GgufType type = QuantizedRows.type(matrix).orElse(floats.fits(inputs) ? floats : GgufType.FLOAT32);
        return new MatrixExport(matrix, GgufTensor.matrix(name, channels, inputs, type), order, kept);
    }

    /** Whether the numbers were codes, and are floats now. */
    public boolean unpacked() {
        return !kept && matrix.precision().quantized() && !tensor.type().quantized();
    }

    /** Passes on the data of the tensor, some rows at a time. */
    public void write(Weights weights, Consumer<ByteBuffer> parts) {
        MatrixRows rows = kept
                ? new QuantizedRows(matrix, weights)
                : new FloatRows(
                        Quantizer.unpack(matrix, weights),
                        matrix.channels(),
                        new RowEncoder(matrix.name(), tensor.type()));
        ByteBuffer buffer = ByteBuffer.allocate(
                        Math.multiplyExact(MatrixRows.BAND, tensor.type().rowBytes(tensor.columns())))
                .order(ByteOrder.LITTLE_ENDIAN);
        for (int first = 0; first < tensor.rows(); first += MatrixRows.BAND) {
            int[] channels = new int[Math.min(MatrixRows.BAND, tensor.rows() - first)];
            int begin = first;
            Arrays.setAll(channels, i -> order.channel(begin + i));
            rows.put(channels, buffer.clear());
            parts.accept(buffer.flip());
        }
    }
}
