package dev.lancet.compression.svd;

import dev.lancet.compression.matrix.Matrix;
import dev.lancet.compression.random.Normals;
import dev.lancet.dsl.LancetException;

/**
 * Truncates matrices to a rank: exactly if that is cheap, otherwise by a random sketch (Halko, Martinsson and Tropp,
 * 2011, algorithms 4.4 and 5.1). The sketch is seeded by the weight's name, so it is reproducible.
 */
public final class Truncation {

    /** The columns of the sketch in addition to the rank. */
    private static final int OVERSAMPLING = 16;

    /** The power iterations that sharpen the sketch: passes over the matrix and its transpose, each orthonormalised. */
    private static final int POWER_ITERATIONS = 4;

    /**
     * The largest smaller side for which the exact decomposition is cheap. Measured with TensorFlow on two cores, exact:
     * 0.15 s for 512², 0.4 s for 512 × 2048, but 1.0 s for 1024², 3 s for 4096 × 1024 and 6.3 s for 2048².
     */
    private static final int CHEAP_SIDE = 512;

    /**
     * The smallest ratio of the smaller side to the rank for which a sketch is used. Measured as above, a sketch of 1024²
     * takes 0.09 s at rank 64, 0.17 s at 128 and 0.41 s at 256; for ranks above a quarter of the side it saves too little
     * time to give up exactness. The cost: a normal matrix, whose flat spectrum is the worst case, has an error 1.2 %
     * above the best.
     */
    private static final int WIDE_ENOUGH = 4;

    private final LinearAlgebra algebra;

    /** A truncation with this linear algebra. */
    public Truncation(LinearAlgebra algebra) {
        this.algebra = algebra;
    }

    /** Whether a matrix of this shape is decomposed exactly. */
    public static boolean exact(int rows, int columns, int rank) {
        int side = Math.min(rows, columns);
        return side <= CHEAP_SIDE || WIDE_ENOUGH * (long) rank > side;
    }

    /**
     * Two factors of this rank, {@code [m, rank]} and {@code [rank, n]}.
     *
     * @param name the weight, for the seed of the sketch and for errors
     * @throws LancetException if the matrix contains NaN or infinity
     */
    public Factors cut(String name, Matrix matrix, int rank) {
        matrix.requireFinite(name);
        return exact(matrix.rows(), matrix.columns(), rank)
                ? algebra.svd(matrix).factors(rank)
                : sketched(name, matrix, rank).factors(rank);
    }

    /** The leading part of the decomposition by a sketch, even if the exact one would be cheap. */
    public Svd sketched(String name, Matrix matrix, int rank) {
        int width = Math.min(matrix.smallerSide(), rank + OVERSAMPLING);
        float[] noise = new Normals(0, "sketch of " + name).floats(Math.multiplyExact(matrix.columns(), width), 1);
        Matrix sketch = algebra.product(matrix, Matrix.of(matrix.columns(), width, noise));
        Matrix basis = algebra.orthonormal(sketch);
        for (int i = 0; i < POWER_ITERATIONS; i++) {
            Matrix across = algebra.orthonormal(algebra.product(matrix, true, basis, false));
            basis = algebra.orthonormal(algebra.product(matrix, across));
        }
        Svd small = algebra.svd(algebra.product(basis, true, matrix, false));
        return new Svd(algebra.product(basis, small.u()), small.values(), small.v());
    }
}
