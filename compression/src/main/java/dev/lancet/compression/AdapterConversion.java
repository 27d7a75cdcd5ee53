package dev.lancet.compression;

import dev.lancet.compression.matrix.Matrix;
import dev.lancet.compression.quant.Quantizer;
import dev.lancet.compression.random.Normals;
import dev.lancet.compression.svd.LinearAlgebra;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.dsl.weights.WeightSink;
import dev.lancet.dsl.weights.Weights;
import java.util.List;

/**
 * What becomes of the adapter beside a matrix: it comes fresh, stays, or is merged, {@code W + scale · A · B}.
 *
 * <p>A fresh A is normal with deviation {@code 1 / √(3 · inputs)}, which is that of the uniform numbers that Hugging Face's PEFT
 * draws; B is 0. Both are a function of the weight's name, so that adapters put beside a model twice are the same.
 */
final class AdapterConversion {

    private final Step from;
    private final Step into;

    AdapterConversion(Step from, Step into) {
        this.from = from;
        this.into = into;
    }

    /** Makes sure that what is wanted of an adapter can be done. */
    void check() {
        Weight weight = into.weight();
        if (from.adapter().isPresent()
                && into.adapter().isPresent()
                && !from.adapter().equals(into.adapter())) {
            throw new LancetException(
                    "adapter: " + weight.name() + " has " + from.adapter().get() + " beside it already, not "
                            + into.adapter().get() + "; merge it first, or go on training it");
        }
        if (merges() && from.between().isPresent()) {
            throw new LancetException(
                    "merge: " + weight.name() + " has " + from.between().get()
                            + " between its factors and is no matrix that an adapter could be added to; keep the adapter beside it");
        }
    }

    /** Whether the adapter goes into the matrix. */
    boolean merges() {
        return from.adapter().isPresent() && into.adapter().isEmpty();
    }

    /** The matrix with its adapter in it. */
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

    /** Hands over the arrays of the adapter, if there is to be one. */
    void put(Weights weights, WeightSink sink) {
        for (StoredMatrix matrix : into.adapterMatrices()) {
            if (from.adapter().isPresent()) {
                sink.accept(weights.read(matrix.name()));
            } else {
                sink.accept(fresh(into, matrix, 0));
            }
        }
    }

    /** A factor of an adapter that has learnt nothing yet. */
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
