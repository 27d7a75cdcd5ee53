package dev.lancet.compression.svd;

import dev.lancet.compression.matrix.Matrix;

/** The linear algebra that plain compression needs. Implementations may be called by several threads at once. */
public interface LinearAlgebra {

    /**
     * The best two factors of this rank (Eckart and Young, 1936), {@code [m, rank]} and {@code [rank, n]}, with the singular
     * values split evenly between them: {@code U√σ · √σVᵀ}. They come from the eigenvectors V (or U) of the smaller Gram
     * matrix, and the other factor is {@code W·V/√σ}. So their product is the matrix projected on V, the best approximation
     * up to rounding, even where σ itself is too small to be accurate.
     *
     * <p>Each pair of vectors has two possible signs. The one that makes the largest entry of the left vector positive is
     * chosen, so that the factors do not depend on the implementation. Where σ = 0, both are 0.
     *
     * @param matrix {@code [m, n]}
     * @param rank from 1 to min(m, n)
     */
    Factors factors(Matrix matrix, int rank);

    /**
     * All singular values. They are the roots of the eigenvalues of the smaller Gram matrix in 64 bits, a squared
     * matrix, so their error is about {@code 1e-16 · σ₁² / σ}: values below {@code 1e-8 · σ₁} are noise.
     *
     * @param matrix {@code [m, n]}
     * @return {@code [min(m, n)]}, in descending order
     */
    double[] singularValues(Matrix matrix);

    /** The product of two matrices: {@code [m, n] · [n, p] = [m, p]}. */
    Matrix product(Matrix left, Matrix right);
}
