package dev.lancet.runtime.graphrunner;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.io.Progress;
import dev.lancet.runtime.CalibrationRows;
import dev.lancet.runtime.budget.BudgetSearch;
import dev.lancet.runtime.budget.UniformSettings;
import dev.lancet.runtime.calibration.CalibrationData;
import dev.lancet.runtime.calibration.Quality;
import dev.lancet.runtime.calibration.QualityMeasurement;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.source.ModelSource;
import dev.lancet.runtime.train.graph.Examples;
import dev.lancet.surgery.comparison.ComparisonData;
import dev.lancet.surgery.comparison.ComparisonResult;
import dev.lancet.surgery.comparison.ModelComparison;
import dev.lancet.surgery.comparison.UniformComparison;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Measures the quality of smaller models with TensorFlow. */
public final class TensorFlowComparison implements ModelComparison {

    /** For {@link java.util.ServiceLoader}. */
    public TensorFlowComparison() {}

    @Override
    public ComparisonResult compare(Path smaller, Path original, ComparisonData data) {
        ModelSource before = ModelSource.open(original);
        Quality quality = quality(before, smaller, rows(before, data));
        if (quality.language().isPresent()) {
            return new ComparisonResult.Predictions(
                    quality.rows(),
                    quality.language().get().perplexityBefore(),
                    quality.language().get().perplexity());
        }
        Map<String, Double> cosines = new LinkedHashMap<>();
        quality.outputs().forEach((name, output) -> cosines.put(name, output.cosineMean()));
        return new ComparisonResult.Outputs(quality.rows(), cosines);
    }

    private static Quality quality(ModelSource original, Path smaller, Examples rows) {
        return QualityMeasurement.of(
                original, ModelSource.open(smaller), rows, Device.auto().resolve(), Progress.silent());
    }

    @Override
    public UniformComparison uniform(Path smaller, Path original, ComparisonData data) {
        ModelSource before = ModelSource.open(original);
        CalibrationData drawn = CalibrationData.draw(rows(before, data), CalibrationData.SAMPLES, 0);
        UniformComparison.Setting chosen = new UniformComparison.Setting(
                smaller.toString(),
                ModelSource.open(smaller).plan().bytesAfter(),
                quality(before, smaller, drawn.heldOut()).distance());
        try (UniformSettings settings = new UniformSettings(before, drawn, Progress.silent())) {
            return new UniformComparison(drawn.heldOut().count(), chosen, best(settings, chosen.bytes()));
        }
    }

    @Override
    public UniformComparison uniform(Plan plan, Path original, ComparisonData data) {
        ModelSource before = ModelSource.open(original);
        if (!before.plan().sameWeights(plan)) {
            throw new LancetException("quality: the plan for " + plan.model() + " is not for the weights of " + original
                    + "; compare a plan of that model");
        }
        CalibrationData drawn = CalibrationData.draw(rows(before, data), CalibrationData.SAMPLES, 0);
        try (UniformSettings settings = new UniformSettings(before, drawn, Progress.silent())) {
            UniformComparison.Setting chosen = setting(settings.measure(plan.model(), plan));
            return new UniformComparison(drawn.heldOut().count(), chosen, best(settings, chosen.bytes()));
        }
    }

    private static Optional<UniformComparison.Setting> best(UniformSettings settings, long bytes) {
        return settings.within(bytes).stream()
                .map(TensorFlowComparison::setting)
                .min(Comparator.comparingDouble(UniformComparison.Setting::distance));
    }

    private static UniformComparison.Setting setting(BudgetSearch.Tried tried) {
        return new UniformComparison.Setting(
                tried.setting(), tried.plan().bytesAfter(), tried.quality().distance());
    }

    private static Examples rows(ModelSource source, ComparisonData data) {
        CalibrationRows rows = new CalibrationRows(source, OptionalInt.empty());
        if (data instanceof ComparisonData.Rows given) {
            return Examples.of(given.input(), given.values());
        }
        return data instanceof ComparisonData.Ids ids
                ? rows.of(ids.values())
                : rows.read(((ComparisonData.File) data).path(), Optional.empty(), Progress.silent());
    }
}
