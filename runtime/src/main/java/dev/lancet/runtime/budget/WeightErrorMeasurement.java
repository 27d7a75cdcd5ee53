package dev.lancet.runtime.budget;

import dev.lancet.compression.Fidelity;
import dev.lancet.compression.matrix.Matrix;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.plan.StorageOption;
import dev.lancet.io.Progress;
import dev.lancet.runtime.algebra.BlasThreadLimit;
import dev.lancet.runtime.algebra.GramAlgebra;
import dev.lancet.runtime.source.ModelSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * Computes the squared relative error of every form of every layer from its weights. Rounding is carried out. What a
 * correction or a rank keeps follows from singular values, which are computed once for all ranks of a layer.
 */
final class WeightErrorMeasurement {

    private final ModelSource source;
    private final LayerConversion conversion;
    private final GramAlgebra algebra = new GramAlgebra();
    private final FreeLayers layers;
    private final boolean ranks;

    /** @param ranks whether lower ranks are among the forms */
    WeightErrorMeasurement(ModelSource source, FreeLayers layers, boolean ranks) {
        this.source = source;
        conversion = new LayerConversion(source.weights(), algebra);
        this.layers = layers;
        this.ranks = ranks;
    }

    @SuppressWarnings("try") // the limit of threads acts by being open
    List<MeasuredLayer> measure(Progress progress) {
        List<MeasuredLayer> measured = new ArrayList<>();
        try (BlasThreadLimit one = new BlasThreadLimit(1);
                WorkerPool workers = new WorkerPool();
                Progress.Task task =
                        progress.begin("measure layers", layers.steps().size())) {
            for (Step layer : layers.steps()) {
                String name = layer.weight().name();
                double importance = LayerImportance.of(source, layer.weight());
                measured.add(new MeasuredLayer(name, importance, options(layer, importance, workers)));
                task.advance(measured.size(), name);
            }
        }
        return List.copyOf(measured);
    }

    private List<StorageOption> options(Step layer, double importance, WorkerPool workers) {
        List<Step> forms = layers.forms(layer).stream()
                .filter(form -> ranks || form.rank().isEmpty())
                .toList();
        List<Step> rounded =
                forms.stream().filter(WeightErrorMeasurement::rounded).toList();
        List<Precision> corrected = forms.stream()
                .filter(form -> form.correction().isPresent())
                .map(Step::precision)
                .distinct()
                .toList();
        boolean factored = forms.stream().anyMatch(form -> form.rank().isPresent());
        List<Function<Step, double[]>> work = new ArrayList<>();
        rounded.forEach(form -> work.add(from -> new double[] {square(from, form)}));
        corrected.forEach(precision -> work.add(from -> residual(from, precision)));
        if (factored) {
            work.add(from -> tails(original(from)));
        }
        List<double[]> results = workers.all(work, each -> each.apply(layer));
        Map<Precision, Double> rounding = new HashMap<>();
        for (int i = 0; i < rounded.size(); i++) {
            rounding.put(rounded.get(i).precision(), results.get(i)[0]);
        }
        Map<Precision, double[]> residuals = new HashMap<>();
        for (int i = 0; i < corrected.size(); i++) {
            residuals.put(corrected.get(i), results.get(rounded.size() + i));
        }
        double[] spectrum = factored ? results.get(results.size() - 1) : new double[0];
        return forms.stream()
                .map(form -> new StorageOption(form, importance * predicted(form, rounding, residuals, spectrum)))
                .toList();
    }

    /** Whether a form is the matrix in one piece, with nothing beside it. */
    private static boolean rounded(Step form) {
        return form.rank().isEmpty() && form.correction().isEmpty();
    }

    private static double predicted(
            Step form, Map<Precision, Double> rounding, Map<Precision, double[]> residuals, double[] spectrum) {
        double lost = Objects.requireNonNull(rounding.get(form.precision()));
        if (form.rank().isPresent()) {
            double cut = spectrum[Math.min(form.rank().getAsInt(), spectrum.length - 1)];
            // The product of two rounded factors has the relative squared error of both.
            return cut + (1 - cut) * 2 * lost;
        }
        if (form.correction().isPresent()) {
            double[] left = Objects.requireNonNull(residuals.get(form.precision()));
            return lost * left[Math.min(form.correction().get().rank(), left.length - 1)];
        }
        return lost;
    }

    private double square(Step layer, Step form) {
        double error = conversion
                .convert(layer, form, Optional.empty())
                .loss()
                .map(Fidelity::relativeFrobenius)
                .orElse(0.0);
        return error * error;
    }

    private Matrix original(Step layer) {
        return conversion.dense(
                layer, layer, conversion.convert(layer, layer, Optional.empty()).arrays());
    }

    /** The tails of what rounding loses. */
    private double[] residual(Step layer, Precision precision) {
        Matrix original = original(layer);
        Step form = layer.stored(precision, "");
        Matrix rounded = conversion.dense(
                form, layer, conversion.convert(layer, form, Optional.empty()).arrays());
        float[] lost = new float[original.values().length];
        for (int i = 0; i < lost.length; i++) {
            lost[i] = original.values()[i] - rounded.values()[i];
        }
        return tails(Matrix.of(original.rows(), original.columns(), lost));
    }

    /** The share of the squared singular values that is left beside the first r of them, for every r from 0. */
    private double[] tails(Matrix matrix) {
        double[] values = algebra.singularValues(matrix);
        double[] tails = new double[values.length + 1];
        for (int i = values.length - 1; i >= 0; i--) {
            tails[i] = tails[i + 1] + values[i] * values[i];
        }
        double all = tails[0];
        for (int i = 0; i < tails.length; i++) {
            tails[i] = all == 0 ? 0 : tails[i] / all;
        }
        return tails;
    }
}
