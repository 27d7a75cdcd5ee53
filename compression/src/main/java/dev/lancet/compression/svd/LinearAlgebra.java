package dev.lancet.compression.svd;

import dev.lancet.compression.matrix.Matrix;

/** The few matrix operations of compression that need a fast implementation. */
public interface LinearAlgebra {

    /**
     * The thin singular value decomposition, computed in 64 bits.
     *
     * @param matrix {@code [m, n]}
     * @return {@code U [m, k]}, {@code σ [k]} in descending order and {@code V [n, k]}, with {@code k = min(m, n)}
     */
    Svd svd(Matrix matrix);

    /**
     * The singular values alone, computed in 64 bits.
     *
     * @param matrix {@code [m, n]}
     * @return {@code [min(m, n)]}, in descending order
     */
    double[] singularValues(Matrix matrix);

    /**
     * An orthonormal basis of the columns.
     *
     * @param matrix {@code [m, n]} with n ≤ m
     * @return {@code [m, n]}
     */
    Matrix orthonormal(Matrix matrix);

    /**
     * The product of two matrices, each optionally transposed first.
     *
     * @param left {@code [m, n]}, or {@code [n, m]} if it is transposed
     * @param right {@code [n, p]}, or {@code [p, n]} if it is transposed
     * @return {@code [m, p]}
     */
    Matrix product(Matrix left, boolean transposeLeft, Matrix right, boolean transposeRight);

    /** The product of two matrices: {@code [m, n] · [n, p] = [m, p]}. */
    default Matrix product(Matrix left, Matrix right) {
        return product(left, false, right, false);
    }
}
