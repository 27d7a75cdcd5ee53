package dev.lancet.compression;

import dev.lancet.compression.svd.LinearAlgebra;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.weights.WeightSink;
import dev.lancet.dsl.weights.Weights;
import java.util.ArrayList;
import java.util.List;

/**
 * Turns the weights of a model that follows one plan into the weights under another, one matrix in memory at a time, with
 * as little done to each as possible: what is stored alike is copied byte for byte; at the same rank each piece is
 * quantised or rounded to 16 bits (or read back into floats) by itself; only another rank multiplies out and decomposes. An
 * adapter comes fresh, stays as it is, or is merged into its matrix where the other plan has none.
 */
public final class Compressor {

    private final LinearAlgebra algebra;

    /** Compresses by means of this algebra. */
    public Compressor(LinearAlgebra algebra) {
        this.algebra = algebra;
    }

    /** {@link #compress(Plan, Plan, Weights, WeightSink, MatrixProgress)} with nobody watching. */
    public List<Fidelity> compress(Plan from, Plan into, Weights weights, WeightSink sink) {
        return compress(from, into, weights, sink, MatrixProgress.unseen());
    }

    /**
     * Compresses every weight, in the order of {@code into.stored()}.
     *
     * @param from what the weights follow now; {@link Plan#dense} for a model as it was trained
     * @param into what they are to follow; a plan for the same weights
     * @param weights what there is
     * @param sink takes what becomes of it
     * @param progress told about every matrix
     * @return what every changed matrix lost; a matrix that is copied is not in it
     * @throws LancetException if a needed array is missing or does not fit, a matrix to be changed is not finite, or a
     *     nonlinearity between factors would have to come or go, which trained weights do not allow, or if another adapter is
     *     wanted beside a matrix that has one
     */
    public List<Fidelity> compress(Plan from, Plan into, Weights weights, WeightSink sink, MatrixProgress progress) {
        if (!from.sameWeights(into)) {
            throw new IllegalArgumentException("compress: the plans for " + from.model() + " and " + into.model()
                    + " are not for the same weights; derive the second with Plan.then");
        }
        for (int i = 0; i < into.steps().size(); i++) {
            FactorCompatibility.check(from.steps().get(i), into.steps().get(i));
            new AdapterConversion(from.steps().get(i), into.steps().get(i)).check();
        }
        weights.require(from);
        List<Fidelity> losses = new ArrayList<>();
        int count = into.steps().size();
        for (int i = 0; i < count; i++) {
            long begin = System.nanoTime();
            MatrixConversion conversion = new MatrixConversion(
                    algebra, from.steps().get(i), into.steps().get(i));
            conversion.apply(weights, sink).ifPresent(losses::add);
            progress.finished(into.steps().get(i).weight().name(), i + 1, count, (System.nanoTime() - begin) / 1e9);
        }
        into.vectors().forEach(vector -> sink.accept(weights.read(vector.name())));
        return List.copyOf(losses);
    }
}
