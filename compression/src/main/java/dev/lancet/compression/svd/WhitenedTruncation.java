package dev.lancet.compression.svd;

import dev.lancet.compression.algebra.EigenDecomposition;
import dev.lancet.compression.algebra.Float64Algebra;
import dev.lancet.compression.algebra.Float64Algebra.Shape;
import dev.lancet.compression.calibration.GramMatrix;
import dev.lancet.compression.matrix.Matrix;
import dev.lancet.dsl.LancetException;
import java.util.function.Consumer;

/**
 * Truncates a matrix so that the output of its layer changes least: the factors minimise {@code ‖X·W − X·left·right‖}
 * over the calibration inputs X instead of {@code ‖W − left·right‖} (SVD-LLM, Wang et al., arXiv 2403.07378, section
 * 3.1).
 *
 * <p>With {@code XᵀX = L·Lᵀ}, the best factors come from the singular value decomposition {@code LᵀW = U·Σ·Vᵀ}: right =
 * {@code √Σ·Vᵀ} and left = {@code L⁻ᵀ·U·√Σ = W·V/√Σ}. The second form of left needs no inverse. Σ² and V (or U) are the
 * eigenvalues and eigenvectors of the smaller of {@code WᵀXᵀXW} and {@code LᵀWWᵀL}.
 */
public final class WhitenedTruncation {

    /** The least damping with which a singular Gram matrix gets a Cholesky factor, as a share of the mean diagonal. */
    private static final double LEAST_DAMPING = 1e-10;

    private final Float64Algebra algebra;

    /** A truncation with this linear algebra. */
    public WhitenedTruncation(Float64Algebra algebra) {
        this.algebra = algebra;
    }

    /**
     * Two factors of this rank, {@code [m, rank]} and {@code [rank, n]}.
     *
     * @param name the weight, for errors
     * @param matrix W, {@code [m, n]}
     * @param gram of the layer's inputs
     * @throws LancetException if the matrix or the Gram matrix contains NaN or infinity
     */
    public Factors cut(String name, Matrix matrix, GramMatrix gram, int rank) {
        return cut(name, matrix, gram, rank, all -> {});
    }

    /**
     * {@link #cut(String, Matrix, GramMatrix, int)}, which also passes on what it knows anyway.
     *
     * @param spectrum receives all singular values of {@code LᵀW} in descending order
     */
    public Factors cut(String name, Matrix matrix, GramMatrix gram, int rank, Consumer<double[]> spectrum) {
        double[] w = gram.oriented(matrix.requireFinite(name));
        int m = gram.width();
        int n = w.length / m;
        double[] sigma = new double[Math.min(m, n)];
        double[] rows = n <= m ? byOutputs(w, gram, rank, sigma) : byInputs(name, w, gram, rank, sigma);
        spectrum.accept(sigma);
        double[] columns = algebra.product(w, false, rows, true, new Shape(m, n, rank));
        for (int i = 0; i < rank; i++) {
            double root = sigma[i] == 0 ? 1 : Math.sqrt(sigma[i]);
            for (int j = 0; j < m; j++) {
                columns[j * rank + i] /= root;
            }
            for (int j = 0; j < n; j++) {
                rows[i * n + j] *= root;
            }
        }
        return gram.transposed()
                ? new Factors(matrix(n, rank, transposed(rows, rank, n)), matrix(rank, m, transposed(columns, m, rank)))
                : new Factors(matrix(m, rank, columns), matrix(rank, n, rows));
    }

    /** The leading rows of {@code Vᵀ}, {@code [rank, n]}, from the eigenvectors of {@code WᵀXᵀXW}. */
    private double[] byOutputs(double[] w, GramMatrix gram, int rank, double[] sigma) {
        int m = gram.width();
        int n = w.length / m;
        double[] weighted = algebra.product(gram.sums(), false, w, false, new Shape(m, m, n));
        return leading(algebra.eigen(algebra.product(w, true, weighted, false, new Shape(n, m, n)), n), rank, sigma);
    }

    /** The same rows from the eigenvectors U of {@code LᵀWWᵀL}: {@code Vᵀ = Σ⁻¹UᵀLᵀW}. */
    private double[] byInputs(String name, double[] w, GramMatrix gram, int rank, double[] sigma) {
        int m = gram.width();
        int n = w.length / m;
        double[] whitened = algebra.product(lower(name, gram), true, w, false, new Shape(m, m, n));
        double[] u = leading(
                algebra.eigen(algebra.product(whitened, false, whitened, true, new Shape(m, n, m)), m), rank, sigma);
        double[] rows = algebra.product(u, false, whitened, false, new Shape(rank, m, n));
        for (int i = 0; i < rows.length; i++) {
            rows[i] = sigma[i / n] == 0 ? 0 : rows[i] / sigma[i / n];
        }
        return rows;
    }

    /** The eigenvectors of the largest eigenvalues, {@code [rank, n]}; fills in the roots of all eigenvalues. */
    private static double[] leading(EigenDecomposition eigen, int rank, double[] sigma) {
        int n = eigen.values().length;
        double[] vectors = new double[rank * n];
        for (int i = 0; i < rank; i++) {
            System.arraycopy(eigen.vectors(), (n - 1 - i) * n, vectors, i * n, n);
        }
        for (int i = 0; i < n; i++) {
            sigma[i] = Math.sqrt(Math.max(0, eigen.values()[n - 1 - i]));
        }
        return vectors;
    }

    private static Matrix matrix(int rows, int columns, double[] values) {
        float[] narrow = new float[values.length];
        for (int i = 0; i < narrow.length; i++) {
            narrow[i] = (float) values[i];
        }
        return Matrix.of(rows, columns, narrow);
    }

    private static double[] transposed(double[] values, int rows, int columns) {
        double[] turned = new double[values.length];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                turned[j * rows + i] = values[i * columns + j];
            }
        }
        return turned;
    }

    private double[] lower(String name, GramMatrix gram) {
        for (double share = 0; share < 1; share = share == 0 ? LEAST_DAMPING : share * 10) {
            var lower = algebra.cholesky(share == 0 ? gram.sums().clone() : gram.damped(share), gram.width());
            if (lower.isPresent()) {
                return lower.get();
            }
        }
        throw new LancetException("whitened: the inputs of " + name
                + " on the calibration data are not finite; check the calibration data");
    }
}
