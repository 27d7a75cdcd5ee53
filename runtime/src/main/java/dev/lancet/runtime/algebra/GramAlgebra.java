package dev.lancet.runtime.algebra;

import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.CblasTrans;
import static org.bytedeco.openblas.global.openblas.cblas_sgemm;

import dev.lancet.compression.matrix.Matrix;
import dev.lancet.compression.svd.LinearAlgebra;
import dev.lancet.compression.svd.Svd;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;

/**
 * {@link LinearAlgebra} by OpenBLAS, through the eigenvectors of the smaller Gram matrix. A large matrix is copied out of
 * the heap in blocks, and all native memory is freed before a call returns.
 */
@SuppressWarnings("try") // a PointerScope frees what is allocated while it is open
public final class GramAlgebra implements LinearAlgebra {

    /** Uses the native library, which is loaded at the first call. */
    public GramAlgebra() {}

    @Override
    public Svd svd(Matrix matrix, int rank) {
        if (rank < 1 || rank > matrix.smallerSide()) {
            throw new IllegalArgumentException("svd: rank " + rank + " of " + matrix);
        }
        LongSide blocks = new LongSide(matrix);
        float[] vectors = new GramMatrix(blocks).leadingVectors(rank);
        float[] across = projected(blocks, vectors, rank);
        double[] values = normalized(across, rank);
        Matrix other = Matrix.of(blocks.length(), rank, across);
        Matrix own = Matrix.of(blocks.side(), rank, transposed(vectors, rank, blocks.side()));
        return blocks.tall() ? new Svd(other, values, own) : new Svd(own, values, other);
    }

    /** The projection of the long side on these vectors {@code [rank, side]}: {@code [length, rank]}. */
    private static float[] projected(LongSide blocks, float[] vectors, int rank) {
        float[] across = new float[Math.multiplyExact(blocks.length(), rank)];
        int side = blocks.side();
        try (PointerScope scope = new PointerScope()) {
            FloatPointer v = new FloatPointer(vectors);
            FloatPointer part = new FloatPointer((long) Math.min(LongSide.BLOCK, blocks.length()) * rank);
            blocks.floats((block, first, count) -> {
                int turn = blocks.tall() ? CblasNoTrans : CblasTrans;
                int width = blocks.tall() ? side : count;
                cblas_sgemm(
                        CblasRowMajor, turn, CblasTrans, count, rank, side, 1, block, width, v, side, 0, part, rank);
                part.get(across, first * rank, count * rank);
            });
        }
        return across;
    }

    /** Divides each column of {@code [length, rank]} by its norm, unless that is 0, and returns the norms. */
    private static double[] normalized(float[] columns, int rank) {
        double[] norms = new double[rank];
        for (int i = 0; i < columns.length; i++) {
            norms[i % rank] += (double) columns[i] * columns[i];
        }
        float[] inverse = new float[rank];
        for (int k = 0; k < rank; k++) {
            norms[k] = Math.sqrt(norms[k]);
            inverse[k] = norms[k] == 0 ? 0 : (float) (1 / norms[k]);
        }
        for (int i = 0; i < columns.length; i++) {
            columns[i] *= inverse[i % rank];
        }
        return norms;
    }

    private static float[] transposed(float[] values, int rows, int columns) {
        float[] turned = new float[values.length];
        for (int j = 0; j < columns; j++) {
            for (int i = 0; i < rows; i++) {
                turned[j * rows + i] = values[i * columns + j];
            }
        }
        return turned;
    }

    @Override
    public double[] singularValues(Matrix matrix) {
        double[] values = new GramMatrix(new LongSide(matrix)).allValues();
        double[] roots = new double[values.length];
        for (int i = 0; i < roots.length; i++) {
            roots[i] = Math.sqrt(Math.max(0, values[values.length - 1 - i]));
        }
        return roots;
    }

    @Override
    public Matrix product(Matrix left, Matrix right) {
        if (left.columns() != right.rows()) {
            throw new IllegalArgumentException("product: of " + left + " and " + right);
        }
        int inner = left.columns();
        int width = right.columns();
        float[] product = new float[Math.multiplyExact(left.rows(), width)];
        try (PointerScope scope = new PointerScope()) {
            FloatPointer b = new FloatPointer(right.values());
            int rows = Math.min(LongSide.BLOCK, left.rows());
            FloatPointer a = new FloatPointer((long) rows * inner);
            FloatPointer c = new FloatPointer((long) rows * width);
            for (int first = 0; first < left.rows(); first += rows) {
                int count = Math.min(rows, left.rows() - first);
                a.put(left.values(), first * inner, count * inner);
                cblas_sgemm(
                        CblasRowMajor,
                        CblasNoTrans,
                        CblasNoTrans,
                        count,
                        width,
                        inner,
                        1,
                        a,
                        inner,
                        b,
                        width,
                        0,
                        c,
                        width);
                c.get(product, first * width, count * width);
            }
        }
        return Matrix.of(left.rows(), width, product);
    }
}
