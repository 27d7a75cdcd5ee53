package dev.lancet.compression;

import dev.lancet.compression.svd.LinearAlgebra;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Spectra;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.weights.Weights;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.DoubleStream;

/** Measures the singular values of a model's matrices; a rank by energy is chosen from them. */
public final class Spectrometer {

    private final LinearAlgebra algebra;

    /** A spectrometer with this linear algebra. */
    public Spectrometer(LinearAlgebra algebra) {
        this.algebra = algebra;
    }

    /**
     * All singular values of the wanted matrices. Quantised or factored matrices are first restored to one float matrix.
     *
     * @param plan the current plan of the weights
     * @param weights the current weights
     * @param wanted selects the matrices; for a compression those that get a rank by energy
     * @param progress is told about every matrix
     * @throws LancetException if an array is missing or a matrix is not finite
     */
    public Spectra measure(Plan plan, Weights weights, Predicate<Weight> wanted, MatrixProgress progress) {
        List<Step> steps =
                plan.steps().stream().filter(step -> wanted.test(step.weight())).toList();
        Map<String, List<Double>> byName = new HashMap<>();
        List<MatrixQueue.Job<double[]>> jobs = steps.stream()
                .map(step -> new MatrixQueue.Job<>(step.weight().bytes(), () -> values(step, weights)))
                .toList();
        try (MatrixQueue<double[]> queue = new MatrixQueue<>(jobs)) {
            for (Step step : steps) {
                long begin = System.nanoTime();
                String name = step.weight().name();
                byName.put(name, DoubleStream.of(queue.take()).boxed().toList());
                progress.finished(name, byName.size(), steps.size(), (System.nanoTime() - begin) / 1e9);
            }
        }
        return new Spectra(byName);
    }

    private double[] values(Step step, Weights weights) {
        String name = step.weight().name();
        return algebra.singularValues(
                MatrixConversion.dense(algebra, step, weights).requireFinite(name));
    }
}
