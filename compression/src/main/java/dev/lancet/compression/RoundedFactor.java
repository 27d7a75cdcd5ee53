package dev.lancet.compression;

import dev.lancet.compression.algebra.Float64Algebra;
import dev.lancet.compression.algebra.Float64Algebra.Shape;
import dev.lancet.compression.calibration.GramMatrix;
import dev.lancet.compression.matrix.Matrix;

/**
 * The rounded factor Â that a layer's inputs X meet first, {@code [width, rank]} as {@code X·Â}. It tells what the second
 * factor sees, {@code ÂᵀXᵀXÂ}, and which second factor fits best to it: B̂ with the least {@code ‖X·A·B − X·Â·B̂‖}, which
 * solves {@code (ÂᵀXᵀXÂ) · B̂ = ÂᵀXᵀXA·B}.
 */
final class RoundedFactor {

    /** A rounded factor may lose rank; this share of the mean diagonal keeps the equations solvable. */
    private static final double DAMPING = 1e-6;

    private final GramMatrix inputs;
    private final double[] rounded;
    private final int rank;
    private final double[] weighted;
    private final double[] seen;
    private final Float64Algebra algebra;

    RoundedFactor(GramMatrix inputs, Matrix factor, Float64Algebra algebra) {
        this.inputs = inputs;
        this.algebra = algebra;
        int width = inputs.width();
        rounded = inputs.oriented(factor);
        rank = rounded.length / width;
        weighted = algebra.product(inputs.sums(), false, rounded, false, new Shape(width, width, rank));
        seen = algebra.product(rounded, true, weighted, false, new Shape(rank, width, rank));
    }

    /** The Gram matrix of the inputs of the second factor. */
    GramMatrix outputs() {
        return GramMatrix.of(rank, inputs.rows(), seen, inputs.transposed());
    }

    /**
     * The second factor that makes up for the rounding of the first.
     *
     * @param exact the first factor before rounding
     * @param second the second factor for it
     * @return in the shape of {@code second}; {@code second} itself if the equations have no solution
     */
    Matrix fitted(Matrix exact, Matrix second) {
        double[] lower = algebra.cholesky(outputs().damped(DAMPING), rank).orElse(new double[0]);
        if (lower.length == 0) {
            return second;
        }
        double[] inverse = algebra.inverseOfLower(lower, rank);
        double[] solved = algebra.product(inverse, true, inverse, false, new Shape(rank, rank, rank));
        double[] cross =
                algebra.product(weighted, true, inputs.oriented(exact), false, new Shape(rank, inputs.width(), rank));
        double[] change = algebra.product(solved, false, cross, false, new Shape(rank, rank, rank));
        double[] wide = outputs().oriented(second);
        int outputs = wide.length / rank;
        double[] fitted = algebra.product(change, false, wide, false, new Shape(rank, rank, outputs));
        float[] values = new float[fitted.length];
        for (int i = 0; i < rank; i++) {
            for (int j = 0; j < outputs; j++) {
                values[inputs.transposed() ? j * rank + i : i * outputs + j] = (float) fitted[i * outputs + j];
            }
        }
        return Matrix.of(second.rows(), second.columns(), values);
    }
}
