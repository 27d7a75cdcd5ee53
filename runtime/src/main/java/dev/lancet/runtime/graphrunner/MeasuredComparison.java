package dev.lancet.runtime.graphrunner;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.recipe.Corpus;
import dev.lancet.io.Progress;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.budget.BudgetSearch;
import dev.lancet.runtime.budget.UniformSettings;
import dev.lancet.runtime.calibration.CalibrationData;
import dev.lancet.runtime.calibration.Quality;
import dev.lancet.runtime.calibration.QualityMeasurement;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.source.DeclaredSource;
import dev.lancet.runtime.source.ModelSource;
import dev.lancet.runtime.text.tokenizer.TokenIdChecks;
import dev.lancet.runtime.train.graph.ExampleFiles;
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

/** Measures the quality of smaller models with TensorFlow. */
public final class MeasuredComparison implements ModelComparison {

    /** For {@link java.util.ServiceLoader}. */
    public MeasuredComparison() {}

    /** The longest window of a text, as {@code lancet compress --calibrate} has it. */
    private static final int LONGEST = 2048;

    @Override
    public ComparisonResult compare(Path smaller, Path original, ComparisonData data) {
        ModelSource before = ModelSource.open(original);
        Quality quality = quality(before, smaller, rows(before, original, data));
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
        CalibrationData drawn = CalibrationData.draw(rows(before, original, data), CalibrationData.SAMPLES, 0);
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
        CalibrationData drawn = CalibrationData.draw(rows(before, original, data), CalibrationData.SAMPLES, 0);
        try (UniformSettings settings = new UniformSettings(before, drawn, Progress.silent())) {
            UniformComparison.Setting chosen = setting(settings.measure(plan.model(), plan));
            return new UniformComparison(drawn.heldOut().count(), chosen, best(settings, chosen.bytes()));
        }
    }

    private static Optional<UniformComparison.Setting> best(UniformSettings settings, long bytes) {
        return settings.within(bytes).stream()
                .map(MeasuredComparison::setting)
                .min(Comparator.comparingDouble(UniformComparison.Setting::distance));
    }

    private static UniformComparison.Setting setting(BudgetSearch.Tried tried) {
        return new UniformComparison.Setting(
                tried.setting(), tried.plan().bytesAfter(), tried.quality().distance());
    }

    private static Examples rows(ModelSource source, Path original, ComparisonData data) {
        if (data instanceof ComparisonData.Rows rows) {
            return Examples.of(rows.input(), rows.values());
        }
        if (data instanceof ComparisonData.File file && ExampleFiles.holdsArrays(file.path())) {
            return ExampleFiles.read(file.path());
        }
        if (!(source instanceof DeclaredSource declared)) {
            throw new LancetException(
                    "quality: " + original + " is a graph, and these data are a text or token ids; give"
                            + " rows as .npz or .safetensors, with an array for each input");
        }
        int[] ids = ids(original, data);
        TokenIdChecks.check(ids, declared.transformer().vocabulary(), "quality");
        int window = Math.min(LONGEST, declared.transformer().context());
        return CalibrationData.windows(ids, Math.max(2, Math.min(window, ids.length)));
    }

    private static int[] ids(Path original, ComparisonData data) {
        if (data instanceof ComparisonData.Ids given) {
            return given.values();
        }
        Path path = ((ComparisonData.File) data).path();
        if (path.toString().endsWith(".i32")) {
            return TokenIdChecks.read(path);
        }
        try (Model model = Model.open(original)) {
            return model.tokens(Corpus.corpus(path.toString()).rest());
        }
    }
}
