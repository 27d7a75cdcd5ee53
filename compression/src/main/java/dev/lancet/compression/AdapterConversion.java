package dev.lancet.compression;

import dev.lancet.compression.matrix.Matrix;
import dev.lancet.compression.quant.Quantizer;
import dev.lancet.compression.random.Normals;
import dev.lancet.compression.svd.LinearAlgebra;
import dev.lancet.dsl.Adapter;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.dsl.weights.WeightSink;
import dev.lancet.dsl.weights.Weights;
import java.util.List;

/**
 * Converts the adapter of a matrix: initialises it, keeps it, or merges it, {@code W + scale · A · B}.
 *
 * <p>A fresh A is normal with standard deviation {@code 1 / √(3 · inputs)}, that of the uniform values in Hugging Face's
 * PEFT; B is 0. Both are functions of the weight's name, so adding an adapter to a model twice gives the same values.
 */
final class AdapterConversion {

    private final Step from;
    private final Step into;

    AdapterConversion(Step from, Step into) {
        this.from = from;
        this.into = into;
    }

    /** Checks that the wanted change of the adapter is possible. */
    void check() {
        Weight weight = into.weight();
        if (from.adapter().isPresent()
                && into.adapter().isPresent()
                && !from.adapter().equals(into.adapter())) {
            throw new LancetException(
                    "adapter: " + weight.name() + " has " + from.adapter().get() + " already, not "
                            + into.adapter().get() + "; merge that adapter first, or train it further");
        }
        int side = Math.min(weight.rows(), weight.columns());
        if (startsFromLoss() && into.adapter().orElseThrow().rank() > side) {
            throw new LancetException("adapter: " + into.adapter().get() + " for " + weight.name() + " of shape "
                    + weight.shape() + "; an adapter that begins with what rounding loses has a rank of at most " + side
                    + " here");
        }
        if (merges() && from.between().isPresent()) {
            throw new LancetException(
                    "merge: " + weight.name() + " has " + from.between().get()
                            + " between its factors, so no adapter can be added to it; keep the adapter");
        }
    }

    /** Whether a new adapter begins with what the rounding of the matrix loses. */
    boolean startsFromLoss() {
        return from.adapter().isEmpty()
                && into.adapter().filter(Adapter::startsFromLoss).isPresent();
    }

    /** Whether the adapter is merged into the matrix. */
    boolean merges() {
        return from.adapter().isPresent() && into.adapter().isEmpty();
    }

    /** The matrix with its adapter merged. */
    Matrix merged(Matrix matrix, Weights weights, LinearAlgebra algebra) {
        List<Matrix> factors = from.adapterMatrices().stream()
                .map(piece -> Quantizer.unpack(piece, weights))
                .toList();
        float[] update = algebra.product(factors.get(0), factors.get(1)).values();
        double scale = from.adapter().orElseThrow().scale();
        float[] sum = new float[update.length];
        for (int i = 0; i < sum.length; i++) {
            sum[i] = (float) (matrix.values()[i] + scale * update[i]);
        }
        return Matrix.of(matrix.rows(), matrix.columns(), sum);
    }

    /** Passes on the arrays of the adapter, if the result has one. */
    void put(Weights weights, WeightSink sink) {
        for (StoredMatrix matrix : into.adapterMatrices()) {
            if (from.adapter().isPresent()) {
                sink.accept(weights.read(matrix.name()));
            } else {
                sink.accept(fresh(into, matrix, 0));
            }
        }
    }

    /** A factor of an untrained adapter. */
    static HostTensor fresh(Step step, StoredMatrix matrix, long seed) {
        int count = Math.multiplyExact(matrix.rows(), matrix.columns());
        boolean first = matrix.name().equals(step.weight().adapterA());
        float[] values = first
                ? new Normals(seed, matrix.name())
                        .floats(count, 1 / Math.sqrt(3.0 * step.weight().rows()))
                : new float[count];
        return HostTensor.of(matrix.arrays().get(0), values);
    }
}
