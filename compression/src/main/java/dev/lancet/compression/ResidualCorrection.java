package dev.lancet.compression;

import dev.lancet.compression.matrix.Matrix;
import dev.lancet.compression.svd.Factors;
import dev.lancet.compression.svd.LinearAlgebra;
import dev.lancet.compression.svd.Truncation;

/** Chooses the two factors of a correction: the best approximation of what rounding lost, in the Frobenius norm. */
final class ResidualCorrection {

    private final LinearAlgebra algebra;

    ResidualCorrection(LinearAlgebra algebra) {
        this.algebra = algebra;
    }

    /**
     * Two factors of this rank, {@code [m, rank]} and {@code [rank, n]}, with the singular values split evenly between
     * them.
     *
     * @param name the weight, for errors
     * @param residual the matrix minus the rounded matrix
     */
    Factors of(String name, Matrix residual, int rank) {
        if (zero(residual)) {
            return new Factors(
                    Matrix.of(residual.rows(), rank, new float[residual.rows() * rank]),
                    Matrix.of(rank, residual.columns(), new float[rank * residual.columns()]));
        }
        return new Truncation(algebra).cut(name, residual, rank);
    }

    private static boolean zero(Matrix matrix) {
        for (float value : matrix.values()) {
            if (value != 0) {
                return false;
            }
        }
        return true;
    }
}
