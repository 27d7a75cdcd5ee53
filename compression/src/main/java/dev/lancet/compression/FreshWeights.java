package dev.lancet.compression;

import dev.lancet.compression.matrix.Matrix;
import dev.lancet.compression.quant.Quantizer;
import dev.lancet.compression.random.Normals;
import dev.lancet.compression.random.Orthonormal;
import dev.lancet.dsl.Initialisation;
import dev.lancet.dsl.Norm;
import dev.lancet.dsl.Role;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.dsl.weights.WeightsInMemory;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The initial weights of a model. Every array has its own stream of random numbers, seeded by the seed and the array's
 * name. Changing one layer, or its treatment, therefore changes no other array.
 *
 * <p>Linear layers are normal with standard deviation {@code 1 / √(3 · inputs)}; those that write to the residual stream
 * (o and down) are divided by {@code √(2 · layers)} (Radford et al., 2019). Tables have standard deviation 0.02, gains
 * are 1 (0 where they are stored as differences from 1), biases 0. Factors are initialised as their step says, or spectrally; see {@link Initialisation}. Spectral right
 * factors behind a nonlinearity start at half of that. Corrections are 0, because fresh weights are what their codes
 * stand for.
 */
public final class FreshWeights {

    private static final double TABLE_DEVIATION = 0.02;

    /** Factors behind a nonlinearity start smaller: docs/history/decisions.md has the measurement. */
    private static final float BENT = 0.5f;

    private final Transformer transformer;
    private final long seed;

    /** The fresh weights of a transformer under a seed. */
    public FreshWeights(Transformer transformer, long seed) {
        this.transformer = transformer;
        this.seed = seed;
    }

    /** All arrays. Each is generated when it is read, and again when it is read again: none stays in memory. */
    public Weights under(Plan plan) {
        if (!Plan.dense(transformer).sameWeights(plan)) {
            throw new IllegalArgumentException(
                    "fresh weights: the plan for " + plan.model() + " is not for " + transformer.name());
        }
        GeneratedWeights weights = new GeneratedWeights();
        for (Step step : plan.steps()) {
            for (StoredMatrix matrix : step.baseMatrices()) {
                if (step.rank().isPresent()) {
                    weights.add(matrix.arrays(), () -> Quantizer.pack(matrix, factor(step, matrix)));
                } else if (matrix.precision().narrow()) {
                    weights.add(matrix.arrays(), () -> Quantizer.pack(matrix, dense(step.weight())));
                } else {
                    weights.add(matrix.arrays().get(0), into -> draw(step.weight(), into));
                }
            }
            for (StoredMatrix matrix : step.correctionMatrices()) {
                weights.add(matrix.arrays(), () -> CorrectionConversion.nothing(matrix));
            }
            for (StoredMatrix matrix : step.adapterMatrices()) {
                weights.add(
                        matrix.arrays(),
                        () -> List.of(
                                matrix.name().equals(step.weight().magnitude())
                                        ? lengths(weights, step, matrix)
                                        : AdapterConversion.fresh(step, matrix, seed)));
            }
            for (StoredMatrix matrix : step.adapterConstants()) {
                weights.add(matrix.arrays(), () -> List.of(lengths(weights, step, matrix)));
            }
        }
        plan.vectors()
                .forEach(vector -> weights.add(
                        List.of(new ArraySpec(vector.name(), ArraySpec.Type.FLOAT32, vector.shape())),
                        () -> List.of(vector(vector))));
        return weights;
    }

    /** The column norms of a fresh matrix. Its adapter and its correction change nothing yet. */
    private static HostTensor lengths(Weights weights, Step step, StoredMatrix wanted) {
        List<Matrix> pieces = step.baseMatrices().stream()
                .map(piece -> Quantizer.unpack(piece, weights))
                .toList();
        double[] norms = pieces.size() == 1
                ? WeightDecomposition.norms(pieces.get(0))
                : WeightDecomposition.norms(pieces.get(0), pieces.get(1));
        return HostTensor.of(wanted.arrays().get(0), WeightDecomposition.floats(norms));
    }

    private void draw(Weight weight, FloatSink into) {
        Normals normals = new Normals(seed, weight.name());
        double deviation = deviation(weight);
        long count = (long) weight.rows() * weight.columns();
        for (long i = 0; i < count; i++) {
            into.accept((float) (deviation * normals.next()));
        }
    }

    private Matrix dense(Weight weight) {
        int count = Math.multiplyExact(weight.rows(), weight.columns());
        float[] values = new Normals(seed, weight.name()).floats(count, deviation(weight));
        return Matrix.of(weight.rows(), weight.columns(), values);
    }

    private Matrix factor(Step step, StoredMatrix matrix) {
        Weight weight = step.weight();
        int rank = step.rank().orElseThrow();
        Normals normals = new Normals(seed, matrix.name());
        if (step.initialisation().equals(Optional.of(Initialisation.NORMAL))) {
            double each = Math.sqrt(deviation(weight) / Math.sqrt(rank));
            int count = Math.multiplyExact(matrix.rows(), matrix.columns());
            return Matrix.of(matrix.rows(), matrix.columns(), normals.floats(count, each));
        }
        double strength = deviation(weight) * Math.sqrt((double) weight.rows() * weight.columns() / rank);
        float scale = (float) Math.sqrt(strength);
        return matrix.name().equals(weight.left())
                ? Orthonormal.columns(normals, weight.rows(), rank, scale)
                : Orthonormal.rows(
                        normals, rank, weight.columns(), step.between().isPresent() ? BENT * scale : scale);
    }

    private double deviation(Weight weight) {
        if (weight.role().table()) {
            return TABLE_DEVIATION;
        }
        boolean residual = weight.role() == Role.OUTPUT || weight.role() == Role.DOWN;
        return 1 / Math.sqrt(3.0 * weight.rows()) / (residual ? Math.sqrt(2.0 * transformer.layers()) : 1);
    }

    private HostTensor vector(Weight weight) {
        float[] values = new float[weight.columns()];
        Arrays.fill(values, weight.role() == Role.NORM && !gainPlusOne(weight) ? 1 : 0);
        return HostTensor.of(new ArraySpec(weight.name(), ArraySpec.Type.FLOAT32, weight.shape()), values);
    }

    /** Whether a gain is stored as its difference from 1. */
    private boolean gainPlusOne(Weight gain) {
        boolean ofHeads = gain.name().endsWith(".q.norm.gain") || gain.name().endsWith(".k.norm.gain");
        if (ofHeads) {
            return transformer.attention().qkNorm().filter(Norm::gainPlusOne).isPresent();
        }
        return gain.name().startsWith("embedding.norm")
                ? transformer.embedding().norm().filter(Norm::gainPlusOne).isPresent()
                : transformer.norm().gainPlusOne();
    }

    /**
     * The arrays of all untrained adapters of a plan. A is normal with standard deviation {@code 1 / √(3 · inputs)}, that
     * of the uniform values in Hugging Face's PEFT; B is 0, so that the adapters do not change what the model computes.
     * The values are a function of the weights' names and a seed.
     */
    public static Weights adapters(Plan plan, long seed) {
        WeightsInMemory arrays = new WeightsInMemory();
        plan.steps().stream().filter(step -> step.adapter().isPresent()).forEach(step -> step.adapterMatrices()
                .subList(0, 2)
                .forEach(matrix -> arrays.accept(AdapterConversion.fresh(step, matrix, seed))));
        return arrays;
    }
}
