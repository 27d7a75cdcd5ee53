package dev.lancet.runtime.algebra;

import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.CblasTrans;
import static org.bytedeco.openblas.global.openblas.cblas_sgemm;

import dev.lancet.compression.matrix.Matrix;
import dev.lancet.compression.svd.Factors;
import dev.lancet.compression.svd.LinearAlgebra;
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
    public Factors factors(Matrix matrix, int rank) {
        if (rank < 1 || rank > matrix.smallerSide()) {
            throw new IllegalArgumentException("factors: rank " + rank + " of " + matrix);
        }
        NativeBlocks blocks = new NativeBlocks(matrix);
        boolean tall = blocks.tall();
        float[] vectors = new GramEigenvectors(blocks).leadingVectors(rank);
        float[] across = tall ? columns(blocks, vectors, rank) : rows(blocks, vectors, rank);
        VectorSet own = new VectorSet(vectors, rank, false);
        VectorSet other = new VectorSet(across, rank, tall);
        double[] sigma = other.norms();
        float[] largest = tall ? other.largest() : own.largest();
        float[] up = new float[rank];
        float[] down = new float[rank];
        for (int k = 0; k < rank; k++) {
            up[k] = (float) (Math.sqrt(sigma[k]) * (largest[k] < 0 ? -1 : 1));
            down[k] = up[k] == 0 ? 0 : 1 / up[k];
        }
        own.scale(up);
        other.scale(down);
        Matrix narrow = Matrix.of(rank, blocks.side(), vectors);
        return tall
                ? new Factors(Matrix.of(blocks.length(), rank, across), narrow)
                : new Factors(transposed(narrow), Matrix.of(rank, blocks.length(), across));
    }

    /** A tall matrix times these vectors {@code [rank, side]}: {@code [length, rank]}. */
    private static float[] columns(NativeBlocks blocks, float[] vectors, int rank) {
        float[] across = new float[Math.multiplyExact(blocks.length(), rank)];
        int side = blocks.side();
        try (PointerScope scope = new PointerScope()) {
            FloatPointer v = new FloatPointer(vectors);
            FloatPointer part = new FloatPointer((long) Math.min(NativeBlocks.BLOCK, blocks.length()) * rank);
            blocks.floats((block, first, count) -> {
                cblas_sgemm(
                        CblasRowMajor,
                        CblasNoTrans,
                        CblasTrans,
                        count,
                        rank,
                        side,
                        1,
                        block,
                        side,
                        v,
                        side,
                        0,
                        part,
                        rank);
                part.get(across, first * rank, count * rank);
            });
        }
        return across;
    }

    /** These vectors {@code [rank, side]} times a wide matrix: {@code [rank, length]}. */
    private static float[] rows(NativeBlocks blocks, float[] vectors, int rank) {
        float[] across = new float[Math.multiplyExact(blocks.length(), rank)];
        int side = blocks.side();
        try (PointerScope scope = new PointerScope()) {
            FloatPointer v = new FloatPointer(vectors);
            FloatPointer part = new FloatPointer((long) Math.min(NativeBlocks.BLOCK, blocks.length()) * rank);
            blocks.floats((block, first, count) -> {
                cblas_sgemm(
                        CblasRowMajor,
                        CblasNoTrans,
                        CblasNoTrans,
                        rank,
                        count,
                        side,
                        1,
                        v,
                        side,
                        block,
                        count,
                        0,
                        part,
                        count);
                for (int k = 0; k < rank; k++) {
                    part.position((long) k * count).get(across, k * blocks.length() + first, count);
                }
                part.position(0);
            });
        }
        return across;
    }

    private static Matrix transposed(Matrix matrix) {
        float[] turned = new float[matrix.values().length];
        for (int j = 0; j < matrix.columns(); j++) {
            for (int i = 0; i < matrix.rows(); i++) {
                turned[j * matrix.rows() + i] = matrix.at(i, j);
            }
        }
        return Matrix.of(matrix.columns(), matrix.rows(), turned);
    }

    @Override
    public double[] singularValues(Matrix matrix) {
        double[] values = new GramEigenvectors(new NativeBlocks(matrix)).allValues();
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
            int rows = Math.min(NativeBlocks.BLOCK, left.rows());
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
