package dev.lancet.runtime.compress;

import dev.lancet.compression.Fidelity;
import dev.lancet.compression.calibration.Grams;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.Rank;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.io.Progress;
import dev.lancet.runtime.budget.BudgetSearch;
import dev.lancet.runtime.calibration.CalibrationData;
import dev.lancet.runtime.calibration.GramMeasurement;
import dev.lancet.runtime.calibration.Quality;
import dev.lancet.runtime.calibration.QualityMeasurement;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.source.ModelSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Compresses a model with calibration data, and measures the result. A budget chooses the form of every layer that no
 * clause selects; see {@link BudgetSearch}.
 */
public final class CalibratedCompression {

    private final ModelSource source;
    private final CalibrationData data;
    private final Progress progress;
    private final boolean folds;

    /** A compression of a model; {@code progress} receives its progress. */
    public CalibratedCompression(ModelSource source, CalibrationData data, Progress progress) {
        this(source, data, progress, false);
    }

    private CalibratedCompression(ModelSource source, CalibrationData data, Progress progress, boolean folds) {
        this.source = source;
        this.data = data;
        this.progress = progress;
        this.folds = folds;
    }

    /** The same compression, which multiplies factors and corrections out; see {@link CompressionJob#folding}. */
    public CalibratedCompression folding() {
        source.requireFoldable();
        return new CalibratedCompression(source, data, progress, true);
    }

    /**
     * What a compression did.
     *
     * @param plan the form of every matrix
     * @param losses the error of every changed matrix
     * @param quality of the written model on the held-out rows
     * @param tried the plans that a budget was tried with, the best first; empty without a budget
     */
    public record Outcome(Plan plan, List<Fidelity> losses, Quality quality, List<BudgetSearch.Tried> tried) {

        public Outcome {
            losses = List.copyOf(losses);
            tried = List.copyOf(tried);
        }
    }

    /**
     * Writes the smaller model; see {@link CompressionJob#write}.
     *
     * @throws dev.lancet.dsl.LancetException also if the data do not fit the model, or no form of the layers fits the budget
     */
    public Outcome write(Compression compression, Path out) {
        Grams grams = GramMeasurement.of(source, data, progress);
        CompressionJob chosen =
                new CompressionJob(source, progress).by(compression).calibrated(grams);
        CompressionJob job = folds ? chosen.folding() : chosen;
        List<BudgetSearch.Tried> tried = chooses(compression) ? search(compression, grams, job) : List.of();
        Plan plan = tried.isEmpty() ? job.plan(compression) : tried.get(0).plan();
        List<Fidelity> losses = job.write(plan, out);
        Quality quality = QualityMeasurement.of(
                source, ModelSource.open(out), data.heldOut(), Device.auto().resolve(), progress);
        return new Outcome(job.stored(plan), losses, quality, tried);
    }

    /** Whether a budget chooses forms: if no clause asks it for ranks. */
    private static boolean chooses(Compression compression) {
        return compression.budget().isPresent()
                && compression.clauses().stream().noneMatch(clause -> clause.treatment()
                        .rank()
                        .filter(Rank.ByBudget.class::isInstance)
                        .isPresent());
    }

    private List<BudgetSearch.Tried> search(Compression compression, Grams grams, CompressionJob job) {
        Compression fixed = new Compression(compression.clauses(), Optional.empty(), compression.initialisation());
        Plan base = fixed.keepsAll() ? source.plan() : job.plan(fixed);
        try (BudgetSearch search = new BudgetSearch(
                source, grams, data, step -> fixed.decisive(step.weight()).isEmpty(), progress)) {
            return search.within(compression.budget().orElseThrow(), base);
        }
    }
}
