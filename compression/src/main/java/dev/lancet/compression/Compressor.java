package dev.lancet.compression;

import dev.lancet.compression.calibration.Calibration;
import dev.lancet.compression.svd.LinearAlgebra;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.weights.WeightSink;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.dsl.weights.WeightsInMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Converts the weights of a model from one plan to another, with a few matrices in memory at a time. It changes each matrix
 * as little as possible: equal storage is copied byte for byte; at the same rank each stored matrix is quantised, rounded
 * to 16 bits or dequantized separately; only a change of rank multiplies the factors and decomposes the product. A
 * correction is computed from what the rounding loses; any other change of a corrected matrix multiplies it out first. An
 * adapter is initialised, kept, or merged into its matrix if the other plan has none.
 */
public final class Compressor {

    private final LinearAlgebra algebra;
    private final Optional<Calibration> calibration;
    private final boolean folds;
    private final int first;
    private final boolean spectra;

    /** A compressor with this linear algebra, without calibration. */
    public Compressor(LinearAlgebra algebra) {
        this(algebra, Optional.empty());
    }

    /** A compressor with this linear algebra, and with calibration if there is any. */
    public Compressor(LinearAlgebra algebra, Optional<Calibration> calibration) {
        this(algebra, calibration, false, 0, false);
    }

    private Compressor(
            LinearAlgebra algebra, Optional<Calibration> calibration, boolean folds, int first, boolean spectra) {
        this.algebra = algebra;
        this.calibration = calibration;
        this.folds = folds;
        this.first = first;
        this.spectra = spectra;
    }

    /** The same compressor, which leaves out the first matrices, because they are converted already. */
    public Compressor after(int converted) {
        return new Compressor(algebra, calibration, folds, converted, spectra);
    }

    /**
     * The same compressor, which passes on the arrays of {@link Plan#folded}: it computes factors and corrections, and
     * multiplies them out.
     */
    public Compressor folding() {
        return new Compressor(algebra, calibration, true, first, spectra);
    }

    /**
     * The same compressor, whose errors tell the singular values of matrices that it cuts to a lower rank. Those after whitening
     * are known anyway. Those of the matrix itself take a further eigenvalue computation without vectors, so they are
     * complete only where the smaller side has at most 1024 values.
     */
    public Compressor measuringSpectra() {
        return new Compressor(algebra, calibration, folds, first, true);
    }

    /** {@link #compress(Plan, Plan, Weights, WeightSink, MatrixProgress)} without progress reports. */
    public List<Fidelity> compress(Plan from, Plan into, Weights weights, WeightSink sink) {
        return compress(from, into, weights, sink, MatrixProgress.unseen());
    }

    /**
     * Compresses every weight, in the order of {@code into.stored()}. Matrices are converted on several threads; the sink
     * and the progress are called only by this one.
     *
     * @param from the current plan of the weights; {@link Plan#dense} for a model as it was trained
     * @param into the wanted plan, for the same weights
     * @param weights the current weights
     * @param sink receives the converted weights
     * @param progress is told about every matrix
     * @return the loss of every changed matrix; copied matrices are not included
     * @throws LancetException if a needed array is missing or does not fit, if an array is not finite, if
     *     the second plan adds or removes a nonlinearity between factors, which trained weights do not allow, or if it
     *     wants another adapter for a matrix that has one
     */
    public List<Fidelity> compress(Plan from, Plan into, Weights weights, WeightSink sink, MatrixProgress progress) {
        if (!from.sameWeights(into)) {
            throw new IllegalArgumentException("compress: the plans of " + from.model() + " and " + into.model()
                    + " are not for the same weights; derive the second with Plan.then");
        }
        for (int i = 0; i < into.steps().size(); i++) {
            FactorCompatibility.check(from.steps().get(i), into.steps().get(i));
            new AdapterConversion(from.steps().get(i), into.steps().get(i)).check();
            if (folds) {
                FactorCompatibility.check(
                        into.steps().get(i), into.steps().get(i).folded());
            }
        }
        weights.require(from);
        List<MatrixConversion> conversions = new ArrayList<>();
        for (int i = first; i < into.steps().size(); i++) {
            conversions.add(new MatrixConversion(
                    algebra, from.steps().get(i), into.steps().get(i), calibration, spectra));
        }
        List<Fidelity> losses = new ArrayList<>();
        List<MatrixQueue.Job<ConvertedMatrix>> changing = conversions.stream()
                .filter(conversion -> !copies(conversion))
                .map(conversion -> new MatrixQueue.Job<>(conversion.denseBytes(), () -> converted(conversion, weights)))
                .toList();
        try (MatrixQueue<ConvertedMatrix> queue = new MatrixQueue<>(changing)) {
            for (int i = 0; i < conversions.size(); i++) {
                long begin = System.nanoTime();
                String name = into.steps().get(first + i).weight().name();
                Optional<Fidelity> loss = Optional.empty();
                if (copies(conversions.get(i))) {
                    conversions.get(i).apply(weights, sink);
                } else {
                    ConvertedMatrix done = queue.take();
                    done.arrays().forEach(sink::accept);
                    loss = done.loss();
                }
                loss.ifPresent(losses::add);
                progress.converted(name, loss);
                progress.finished(name, first + i + 1, into.steps().size(), (System.nanoTime() - begin) / 1e9);
            }
        }
        into.vectors().forEach(vector -> sink.accept(FiniteValues.require(weights.read(vector.name()))));
        return List.copyOf(losses);
    }

    private boolean copies(MatrixConversion conversion) {
        return conversion.copies() && !folds(conversion.into());
    }

    private boolean folds(Step step) {
        return folds && !step.folded().equals(step);
    }

    private ConvertedMatrix converted(MatrixConversion conversion, Weights weights) {
        if (!folds(conversion.into())) {
            return conversion.converted(weights);
        }
        WeightsInMemory pieces = new WeightsInMemory();
        Optional<Fidelity> loss = conversion.apply(weights, tensor -> pieces.accept(tensor.copy()));
        Step step = conversion.into();
        return new ConvertedMatrix(
                new MatrixConversion(algebra, step, step.folded())
                        .converted(pieces)
                        .arrays(),
                loss);
    }
}
