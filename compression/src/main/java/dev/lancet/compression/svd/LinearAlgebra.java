package dev.lancet.compression.svd;

import dev.lancet.compression.matrix.Matrix;

/** The linear algebra that plain compression needs. Implementations may be called by several threads at once. */
public interface LinearAlgebra {

    /**
     * The leading part of the singular value decomposition, from the eigenvectors of the smaller Gram matrix. {@code U ·
     * diag(σ) · Vᵀ} is the matrix projected on its leading singular vectors, so it is the best approximation of this
     * rank up to rounding, even where σ itself is too small to be accurate.
     *
     * @param matrix {@code [m, n]}
     * @param rank from 1 to min(m, n)
     * @return {@code U [m, rank]}, {@code σ [rank]} in descending order and {@code V [n, rank]}; columns of U for σ = 0
     *     are 0
     */
    Svd svd(Matrix matrix, int rank);

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
