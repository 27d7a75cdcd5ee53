package dev.lancet.compression.algebra;

import java.util.Optional;

/** The operations on 64-bit matrices that calibrated methods need. All arrays are in row-major order. */
public interface Float64Algebra {

    /**
     * The product of two matrices, each optionally transposed first.
     *
     * @param left {@code [m, k]}, or {@code [k, m]} if it is transposed
     * @param right {@code [k, n]}, or {@code [n, k]} if it is transposed
     * @return {@code [m, n]}
     */
    double[] product(double[] left, boolean transposeLeft, double[] right, boolean transposeRight, Shape shape);

    /**
     * The dimensions of a product {@code [m, k] · [k, n]}.
     *
     * @param m rows of the result
     * @param k the dimension that is summed over
     * @param n columns of the result
     */
    record Shape(int m, int k, int n) {}

    /**
     * Adds {@code Xᵀ · X} to a symmetric matrix; only its upper triangle is changed. The sums are in 64 bits. For a layer wider
     * than 1024, products of up to a thousand rows may be summed in 32 bits before: an element is then off by less than a
     * millionth of the geometric mean of its two diagonal elements.
     *
     * @param sums {@code [width, width]}
     * @param rows X, {@code [count, width]}
     */
    void addGram(double[] sums, float[] rows, int count, int width);

    /**
     * The lower triangle L of {@code A = L · Lᵀ}, with zeros above the diagonal; empty if A is not positive definite.
     *
     * @param symmetric A, {@code [width, width]}
     */
    Optional<double[]> cholesky(double[] symmetric, int width);

    /**
     * The inverse of a lower triangular matrix.
     *
     * @param lower {@code [width, width]} with zeros above the diagonal
     */
    double[] inverseOfLower(double[] lower, int width);

    /**
     * All eigenvalues and eigenvectors of a symmetric matrix.
     *
     * @param symmetric {@code [width, width]}
     */
    EigenDecomposition eigen(double[] symmetric, int width);
}
