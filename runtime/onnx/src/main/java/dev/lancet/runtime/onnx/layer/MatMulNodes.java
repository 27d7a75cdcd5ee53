package dev.lancet.runtime.onnx.layer;

import dev.lancet.dsl.Precision;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.runtime.onnx.graph.OnnxGraph;
import java.util.List;
import java.util.OptionalInt;

/**
 * Products with stored matrices. Codes of 8 and 4 bits go to {@code MatMulNBits}, which computes with them as they are; in
 * standard operators they are unpacked by {@code DequantizeLinear} first.
 *
 * <pre>
 * one piece      x · W
 * two factors    (x · left) · right, with what stands between them
 * a correction   x · W + (x · A) · B
 * </pre>
 */
public final class MatMulNodes {

    /** Inputs are rounded to 8 bits for each block: the other levels are up to 100 times slower in ONNX Runtime 1.29. */
    private static final long ROUNDED_INPUTS = 4;

    private final OnnxGraph graph;
    private final MatrixInitializers arrays;
    private final boolean portable;
    private int codes;

    /** Products in a graph, with these arrays; in standard operators only if {@code portable}. */
    public MatMulNodes(OnnxGraph graph, MatrixInitializers arrays, boolean portable) {
        this.graph = graph;
        this.arrays = arrays;
        this.portable = portable;
    }

    /** {@code x · W} for the matrix of a step, {@code [batch, seq, columns]}. */
    String of(Step step, String x) {
        String name = step.weight().name();
        List<StoredMatrix> pieces = step.baseMatrices();
        String inner = pieces.size() == 1 ? x : between(step, product(name + ".left.out", x, pieces.get(0)));
        String y = product(name + ".out", inner, pieces.get(pieces.size() - 1));
        if (step.correction().isEmpty()) {
            return y;
        }
        List<StoredMatrix> correction = step.correctionMatrices();
        String narrow = product(name + ".correction.a.out", x, correction.get(0));
        String restored = product(name + ".correction.b.out", narrow, correction.get(1));
        return graph.node("Add", name + ".corrected").in(y, restored).out();
    }

    private String between(Step step, String left) {
        return step.between().isEmpty() ? left : silu(step.weight().name() + ".left.silu", left);
    }

    /** {@code z · sigmoid(z)}. */
    String silu(String name, String z) {
        String sigmoid = graph.node("Sigmoid", name + ".sigmoid").in(z).out();
        return graph.node("Mul", name).in(z, sigmoid).out();
    }

    /** Whether a product computes with the codes of a matrix, which then need not become floats. */
    public static boolean keepsCodes(StoredMatrix matrix) {
        return QuantizedBlocks.size(matrix, false).isPresent();
    }

    /** {@code x · W} for one stored matrix, {@code [..., columns]}. */
    public String product(String name, String x, StoredMatrix matrix) {
        OptionalInt block = QuantizedBlocks.size(matrix, false);
        if (portable && QuantizedBlocks.fits(matrix.precision())) {
            return graph.node("MatMul", name).in(x, dequantized(matrix)).out();
        }
        return block.isEmpty()
                ? graph.node("MatMul", name).in(x, arrays.floats(matrix)).out()
                : blockwise(name, x, matrix, QuantizedBlocks.of(matrix, block.getAsInt()));
    }

    /** How many products read codes. ONNX Runtime rounds the inputs of these to 8 bits. */
    public int withCodes() {
        return codes;
    }

    private String blockwise(String name, String x, StoredMatrix matrix, QuantizedBlocks layout) {
        codes++;
        return graph.contrib("MatMulNBits", name)
                .in(x, arrays.blocks(matrix, layout), arrays.scales(matrix, layout))
                .with("K", QuantizedBlocks.inputs(matrix))
                .with("N", QuantizedBlocks.channels(matrix))
                .with("bits", matrix.precision().bits())
                .with(
                        "block_size",
                        (long) layout.blockBytes()
                                * Byte.SIZE
                                / matrix.precision().bits())
                .with("accuracy_level", ROUNDED_INPUTS)
                .out();
    }

    /** What the codes of a matrix stand for, computed in the graph. */
    private String dequantized(StoredMatrix matrix) {
        codes++;
        boolean whole = matrix.precision().format() == Precision.Format.INT8;
        int channels = matrix.channels() == StoredMatrix.Channels.COLUMNS ? 1 : 0;
        return graph.node("DequantizeLinear", matrix.name() + ".dequantized")
                .in(arrays.codes(matrix), arrays.scales(matrix))
                .with("axis", whole ? channels : 1L - channels)
                .with("block_size", matrix.precision().group())
                .out();
    }

    /** {@code x · table}ᵀ, the product of a head that shares the table of the embedding: {@code [batch, seq, rows]}. */
    String transposed(String name, String x, Step table) {
        List<StoredMatrix> pieces = table.baseMatrices();
        if (pieces.size() == 1) {
            return transposed(name, x, pieces.get(0));
        }
        // The groups of the right factor run along what is here its outputs, so its codes cannot be used.
        String narrow = floatTransposed(name + ".narrow", x, arrays.floats(pieces.get(1)));
        return transposed(name, narrow, pieces.get(0));
    }

    private String transposed(String name, String x, StoredMatrix table) {
        OptionalInt block = QuantizedBlocks.size(table, true);
        if (portable && QuantizedBlocks.fits(table.precision())) {
            return floatTransposed(name, x, dequantized(table));
        }
        return block.isEmpty()
                ? floatTransposed(name, x, arrays.floats(table))
                : blockwise(name, x, table, QuantizedBlocks.of(table, block.getAsInt()));
    }

    private String floatTransposed(String name, String x, String matrix) {
        if (!portable) {
            return graph.contrib("FusedMatMul", name)
                    .in(x, matrix)
                    .with("transB", 1)
                    .out();
        }
        String turned = graph.node("Transpose", name + ".table")
                .in(matrix)
                .with("perm", List.of(1L, 0L))
                .out();
        return graph.node("MatMul", name).in(x, turned).out();
    }
}
