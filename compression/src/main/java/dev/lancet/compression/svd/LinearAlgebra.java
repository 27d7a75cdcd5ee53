package dev.lancet.compression.svd;

import dev.lancet.compression.matrix.Matrix;

/** The few operations on matrices that compression needs somebody fast for. */
public interface LinearAlgebra {

    /** The thin singular value decomposition, worked out in 64 bits. */
    Svd svd(Matrix matrix);

    /** The singular values alone, in descending order, worked out in 64 bits. */
    double[] singularValues(Matrix matrix);

    /**
     * An orthonormal basis of the columns.
     *
     * @param matrix {@code [m, n]} with n ≤ m
     * @return {@code [m, n]}
     */
    Matrix orthonormal(Matrix matrix);

    /** The product of two matrices, each transposed first where that is said. */
    Matrix product(Matrix left, boolean transposeLeft, Matrix right, boolean transposeRight);

    /** The product of two matrices. */
    default Matrix product(Matrix left, Matrix right) {
        return product(left, false, right, false);
    }
}
