package dev.lancet.compression;

import dev.lancet.compression.calibration.Calibration;
import dev.lancet.compression.matrix.Matrix;
import dev.lancet.compression.quant.Quantizer;
import dev.lancet.compression.svd.Factors;
import dev.lancet.compression.svd.LinearAlgebra;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.dsl.weights.WeightSink;
import dev.lancet.dsl.weights.WeightsInMemory;
import java.util.List;
import java.util.Optional;

/**
 * Rounds a matrix and starts its adapter with what the rounding loses (LoftQ, Li et al., arXiv 2310.08659, algorithm 1): Q =
 * round(W − scale · A · B), then A · B = the best approximation of (W − Q) / scale, alternately. With calibration both keep
 * the layer's output, otherwise the matrix. Rounding again may lose more than before, so the best of all rounds is kept.
 */
final class LoftqInitialisation {

    /** The alternations of the paper. */
    static final int ROUNDS = 5;

    private final LinearAlgebra algebra;
    private final Step step;
    private final Optional<Calibration> calibration;
    private final int rounds;
    private final double scale;

    LoftqInitialisation(LinearAlgebra algebra, Step step, Optional<Calibration> calibration, int rounds) {
        this.algebra = algebra;
        this.step = step;
        this.calibration = calibration;
        this.rounds = rounds;
        scale = step.adapter().orElseThrow().scale();
    }

    /** A round: the stored codes, the factors of the adapter, the matrix that both stand for, and its error. */
    private record Round(WeightsInMemory codes, Optional<Factors> factors, Matrix whole, double error) {}

    /** Passes on the codes and the adapter, and returns the matrix that they stand for. */
    Matrix put(Matrix exact, WeightSink sink) {
        Matrix wanted = exact;
        Round best = round(exact, wanted);
        Round last = best;
        for (int i = 1; i < rounds && last.factors().isPresent(); i++) {
            wanted =
                    CorrectionConversion.difference(exact, update(last.factors().get()));
            last = round(exact, wanted);
            best = last.error() < best.error() ? last : best;
        }
        best.codes().copyTo(sink);
        for (StoredMatrix matrix : step.adapterMatrices().subList(0, 2)) {
            sink.accept(stored(matrix, best.factors()));
        }
        if (WeightDecomposition.of(step)) {
            Matrix codes = Quantizer.unpack(step.baseMatrices().get(0), best.codes());
            WeightDecomposition.put(step, codes, best.whole(), sink);
        }
        return best.whole();
    }

    private Round round(Matrix exact, Matrix wanted) {
        WeightsInMemory codes = new WeightsInMemory();
        Matrix rounded = new Rounding(step, calibration)
                .put(List.of(wanted), tensor -> codes.accept(tensor.copy()))
                .get(0);
        Matrix lost = CorrectionConversion.difference(exact, rounded);
        if (norm(lost) == 0) {
            return new Round(codes, Optional.empty(), rounded, 0);
        }
        Factors factors = new LayerTruncation(algebra, calibration, step.weight())
                .cut(scaled(lost, 1 / scale), step.adapter().orElseThrow().rank());
        Matrix left = CorrectionConversion.difference(lost, update(factors));
        return new Round(codes, Optional.of(factors), CorrectionConversion.difference(exact, left), error(left));
    }

    /** {@code scale · A · B}. */
    private Matrix update(Factors factors) {
        return scaled(algebra.product(factors.left(), factors.right()), scale);
    }

    private double error(Matrix left) {
        return new LayerTruncation(algebra, calibration, step.weight())
                .inputs()
                .map(gram -> gram.energy(left, calibration.orElseThrow().algebra()))
                .orElseGet(() -> norm(left));
    }

    private static double norm(Matrix matrix) {
        double sum = 0;
        for (float value : matrix.values()) {
            sum += (double) value * value;
        }
        return sum;
    }

    static Matrix scaled(Matrix matrix, double by) {
        float[] values = new float[matrix.values().length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (by * matrix.values()[i]);
        }
        return Matrix.of(matrix.rows(), matrix.columns(), values);
    }

    /** If rounding loses nothing, an untrained factor: from two zero factors no training gets away. */
    private HostTensor stored(StoredMatrix matrix, Optional<Factors> factors) {
        boolean first = matrix.name().equals(step.weight().adapterA());
        return factors.map(some -> HostTensor.of(matrix.arrays().get(0), (first ? some.left() : some.right()).values()))
                .orElseGet(() -> AdapterConversion.fresh(step, matrix, 0));
    }
}
