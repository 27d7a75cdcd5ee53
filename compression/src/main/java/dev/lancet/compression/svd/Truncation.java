package dev.lancet.compression.svd;

import dev.lancet.compression.matrix.Matrix;
import dev.lancet.dsl.LancetException;

/** Truncates matrices to a rank, with the least error that this rank allows. */
public final class Truncation {

    private final LinearAlgebra algebra;

    /** A truncation with this linear algebra. */
    public Truncation(LinearAlgebra algebra) {
        this.algebra = algebra;
    }

    /**
     * Two factors of this rank, {@code [m, rank]} and {@code [rank, n]}.
     *
     * @param name the weight, for errors
     * @throws LancetException if the matrix contains NaN or infinity
     */
    public Factors cut(String name, Matrix matrix, int rank) {
        return algebra.factors(matrix.requireFinite(name), rank);
    }
}
