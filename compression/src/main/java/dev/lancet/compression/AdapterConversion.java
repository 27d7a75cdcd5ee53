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
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Converts the adapter of a matrix: initialises it, keeps it, or merges it, {@code W + scale · A · B}. If the adapter is
 * decomposed, the columns of the sum get the trained lengths.
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
        Optional<String> start =
                into.adapter().filter(fresh -> from.adapter().isEmpty()).flatMap(Adapter::start);
        if (start.isPresent() && into.adapter().orElseThrow().rank() > side) {
            throw new LancetException("adapter: " + into.adapter().get() + " for " + weight.name() + " of shape "
                    + weight.shape() + "; an adapter that begins with " + start.get() + " has a rank of at most "
                    + side + " here");
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

    /** Whether a new adapter begins with the principal components of the matrix, which the matrix then lacks. */
    boolean startsFromPrincipal() {
        return from.adapter().isEmpty()
                && into.adapter().filter(Adapter::startsFromPrincipal).isPresent();
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
        Matrix sum = sum(
                matrix,
                algebra.product(factors.get(0), factors.get(1)),
                from.adapter().orElseThrow().scale());
        return WeightDecomposition.of(from) ? WeightDecomposition.rescaled(sum, factors.get(2)) : sum;
    }

    /** {@code matrix + scale · update}. */
    static Matrix sum(Matrix matrix, Matrix update, double scale) {
        float[] sum = new float[update.values().length];
        for (int i = 0; i < sum.length; i++) {
            sum[i] = (float) (matrix.values()[i] + scale * update.values()[i]);
        }
        return Matrix.of(matrix.rows(), matrix.columns(), sum);
    }

    /**
     * Passes on the arrays of the adapter, if the result has one: those that were there before, or fresh ones.
     *
     * @param frozen gives the matrix beside the adapter, if the adapter needs its norms
     */
    void put(Weights weights, WeightSink sink, Supplier<Matrix> frozen) {
        if (into.adapter().isEmpty()) {
            return;
        }
        boolean kept = from.adapter().isPresent();
        for (StoredMatrix matrix :
                kept ? into.adapterMatrices() : into.adapterMatrices().subList(0, 2)) {
            sink.accept(kept ? weights.read(matrix.name()) : fresh(into, matrix, 0));
        }
        if (WeightDecomposition.of(into)) {
            Matrix base = frozen.get();
            if (kept) {
                sink.accept(WeightDecomposition.frozenNorms(into, base));
            } else {
                WeightDecomposition.put(into, base, base, sink);
            }
        }
    }

    /** One of the two factors of an untrained adapter. */
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
