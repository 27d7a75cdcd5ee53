package dev.lancet.compression;

import dev.lancet.compression.calibration.Calibration;
import dev.lancet.compression.calibration.GramMatrix;
import dev.lancet.compression.matrix.Matrix;
import dev.lancet.compression.svd.Factors;
import dev.lancet.compression.svd.LinearAlgebra;
import dev.lancet.compression.svd.Truncation;
import dev.lancet.compression.svd.WhitenedTruncation;
import dev.lancet.dsl.Weight;
import java.util.Optional;

/**
 * Chooses two factors for a matrix of a layer: those that keep the layer's output best where its calibration inputs are known
 * and the compression does not ask for a plain truncation, otherwise those that keep the matrix best.
 */
final class LayerTruncation {

    private final LinearAlgebra algebra;
    private final Optional<Calibration> calibration;
    private final Weight weight;

    LayerTruncation(LinearAlgebra algebra, Optional<Calibration> calibration, Weight weight) {
        this.algebra = algebra;
        this.calibration = calibration;
        this.weight = weight;
    }

    /** The layer's inputs, if they decide; otherwise empty. */
    Optional<GramMatrix> inputs() {
        return calibration.flatMap(known -> known.forTruncation(weight));
    }

    /**
     * Two factors of this rank, {@code [m, rank]} and {@code [rank, n]}; factors of 0 for a matrix of 0.
     *
     * @param matrix of the layer, or a part of it such as what rounding lost
     */
    Factors cut(Matrix matrix, int rank) {
        if (zero(matrix)) {
            return new Factors(
                    Matrix.of(matrix.rows(), rank, new float[Math.multiplyExact(matrix.rows(), rank)]),
                    Matrix.of(rank, matrix.columns(), new float[Math.multiplyExact(rank, matrix.columns())]));
        }
        return inputs().map(
                        gram -> new WhitenedTruncation(calibration.orElseThrow().algebra())
                                .cut(weight.name(), matrix, gram, rank))
                .orElseGet(() -> new Truncation(algebra).cut(weight.name(), matrix, rank));
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
