package dev.lancet.compression;

import dev.lancet.compression.TruncatedSpectrum.Curve;
import dev.lancet.compression.calibration.Calibration;
import dev.lancet.compression.calibration.GramMatrix;
import dev.lancet.compression.matrix.Matrix;
import dev.lancet.compression.svd.Factors;
import dev.lancet.compression.svd.LinearAlgebra;
import dev.lancet.compression.svd.Truncation;
import dev.lancet.compression.svd.WhitenedTruncation;
import dev.lancet.dsl.Weight;
import java.util.ArrayList;
import java.util.List;
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
        return cut(matrix, rank, false).factors();
    }

    /**
     * Two factors, and the singular values that decided them.
     *
     * @param spectrum empty if it was not wanted, or the matrix is 0
     */
    record Cut(Factors factors, Optional<TruncatedSpectrum> spectrum) {

        List<Matrix> pieces() {
            return List.of(factors.left(), factors.right());
        }
    }

    /**
     * The same factors, with the singular values if they are wanted. Those of the matrix before a whitened cut are computed for
     * this alone, and only for matrices whose smaller side is at most {@link TruncatedSpectrum#LARGEST_SIDE}.
     */
    Cut cut(Matrix matrix, int rank, boolean spectrum) {
        if (zero(matrix)) {
            Factors nothing = new Factors(
                    Matrix.of(matrix.rows(), rank, new float[Math.multiplyExact(matrix.rows(), rank)]),
                    Matrix.of(rank, matrix.columns(), new float[Math.multiplyExact(rank, matrix.columns())]));
            return new Cut(nothing, Optional.empty());
        }
        List<Curve> whitened = new ArrayList<>();
        Factors factors = inputs().map(
                        gram -> new WhitenedTruncation(calibration.orElseThrow().algebra())
                                .cut(
                                        weight.name(),
                                        matrix,
                                        gram,
                                        rank,
                                        sigma -> whitened.add(
                                                Curve.of(sigma, TruncatedSpectrum.squares(sigma, sigma.length), rank))))
                .orElseGet(() -> new Truncation(algebra).cut(weight.name(), matrix, rank));
        return new Cut(
                factors,
                spectrum
                        ? Optional.of(new TruncatedSpectrum(
                                rank,
                                matrix.smallerSide(),
                                plain(matrix, factors, whitened.isEmpty()),
                                whitened.stream().findFirst()))
                        : Optional.empty());
    }

    /** The singular values of a matrix; of a large one that was cut plainly, those that the cut keeps. */
    private Optional<Curve> plain(Matrix matrix, Factors factors, boolean cutPlainly) {
        double energy = TruncatedSpectrum.energy(matrix);
        if (matrix.smallerSide() <= TruncatedSpectrum.LARGEST_SIDE) {
            return Optional.of(Curve.of(algebra.singularValues(matrix), energy, factors.rank()));
        }
        return cutPlainly ? Optional.of(Curve.of(norms(factors), energy, factors.rank())) : Optional.empty();
    }

    /** The leading singular values: both factors hold their roots. */
    private static double[] norms(Factors factors) {
        double[] squares = new double[factors.rank()];
        for (int k = 0; k < squares.length; k++) {
            for (int j = 0; j < factors.right().columns(); j++) {
                squares[k] +=
                        (double) factors.right().at(k, j) * factors.right().at(k, j);
            }
        }
        return squares;
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
