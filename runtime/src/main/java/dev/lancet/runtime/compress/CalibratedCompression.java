package dev.lancet.runtime.compress;

import dev.lancet.compression.Fidelity;
import dev.lancet.compression.calibration.GramMatrices;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.Rank;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.weights.WeightWriter;
import dev.lancet.dsl.weights.WeightsInMemory;
import dev.lancet.io.Progress;
import dev.lancet.runtime.budget.BudgetSearch;
import dev.lancet.runtime.budget.MeasuredLayer;
import dev.lancet.runtime.calibration.CalibrationData;
import dev.lancet.runtime.calibration.GramMeasurement;
import dev.lancet.runtime.calibration.Quality;
import dev.lancet.runtime.calibration.QualityMeasurement;
import dev.lancet.runtime.calibration.TooFewRowsWarning;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.device.ResolvedDevice;
import dev.lancet.runtime.recovery.GraphRecovery;
import dev.lancet.runtime.recovery.LanguageRecovery;
import dev.lancet.runtime.recovery.RecoveryResult;
import dev.lancet.runtime.source.DeclaredSource;
import dev.lancet.runtime.source.GraphSource;
import dev.lancet.runtime.source.ModelSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Compresses a model with calibration data, and measures the result. A budget chooses the form of every layer that no
 * clause selects; see {@link BudgetSearch}.
 */
public final class CalibratedCompression {

    private final ModelSource source;
    private final CalibrationData data;
    private final Progress progress;
    private final boolean folds;
    private final long recovery;

    /** A compression of a model, without recovery; {@code progress} receives its progress. */
    public CalibratedCompression(ModelSource source, CalibrationData data, Progress progress) {
        this(source, data, progress, false, 0);
    }

    private CalibratedCompression(
            ModelSource source, CalibrationData data, Progress progress, boolean folds, long recovery) {
        this.source = source;
        this.data = data;
        this.progress = progress;
        this.folds = folds;
        this.recovery = recovery;
    }

    /** The same compression, which multiplies factors and corrections out; see {@link CompressionJob#folding}. */
    public CalibratedCompression folding() {
        source.requireFoldable();
        return new CalibratedCompression(source, data, progress, true, recovery);
    }

    /**
     * The same compression followed by a recovery: a short training on the predictions of the original.
     *
     * @param tokens the most tokens to train on, or rows for a graph; 0 for no recovery
     */
    public CalibratedCompression recover(long tokens) {
        return new CalibratedCompression(source, data, progress, folds, tokens);
    }

    /**
     * What a compression did.
     *
     * @param plan the form of every matrix
     * @param losses the error of every changed matrix, before a recovery
     * @param quality of the written model on the held-out rows
     * @param tried the plans that a budget was tried with, the best first; empty without a budget
     * @param measured what every form of every layer costs, from which a budget chose; empty without a budget
     * @param recovered the recovery; empty if none was wanted
     * @param warning of too few rows; empty if there were enough
     */
    public record Outcome(
            Plan plan,
            List<Fidelity> losses,
            Quality quality,
            List<BudgetSearch.Tried> tried,
            List<MeasuredLayer> measured,
            Optional<RecoveryResult> recovered,
            Optional<String> warning) {

        public Outcome {
            losses = List.copyOf(losses);
            tried = List.copyOf(tried);
            measured = List.copyOf(measured);
        }
    }

    /** Writes the model of a job in the form of a plan, and returns the error of every changed matrix. */
    @FunctionalInterface
    public interface Writing {
        List<Fidelity> write(CompressionJob job, Plan plan);
    }

    /** {@link #write(Compression, Path, Writing)} with {@link CompressionJob#write}. */
    public Outcome write(Compression compression, Path out) {
        return write(compression, out, (job, plan) -> job.write(plan, out));
    }

    /**
     * Writes the smaller model.
     *
     * @throws dev.lancet.dsl.LancetException also if the data do not fit the model, or no form of the layers fits the budget
     */
    public Outcome write(Compression compression, Path out, Writing writing) {
        CompressionJob uncalibrated = new CompressionJob(source, progress).by(compression);
        // What cannot be planned fails before anything is measured.
        Plan base = chooses(compression) ? searchable(compression, uncalibrated) : uncalibrated.plan(compression);
        GramMatrices grams = GramMeasurement.of(source, data, progress);
        CompressionJob calibrated = uncalibrated.calibrated(grams);
        CompressionJob job = folds ? calibrated.folding() : calibrated;
        Search search = chooses(compression) ? search(compression, grams, base) : new Search(List.of(), List.of());
        Plan plan = search.tried().isEmpty() ? base : search.tried().get(0).plan();
        if (recovery > 0) {
            return recovered(plan, job, grams, search, out);
        }
        List<Fidelity> losses = writing.write(job, plan);
        return new Outcome(
                job.stored(plan),
                losses,
                quality(out),
                search.tried(),
                search.measured(),
                Optional.empty(),
                TooFewRowsWarning.of(plan, grams));
    }

    /** What a search for a budget tried and measured; nothing without a budget. */
    private record Search(List<BudgetSearch.Tried> tried, List<MeasuredLayer> measured) {}

    private Outcome recovered(Plan plan, CompressionJob job, GramMatrices grams, Search search, Path out) {
        WeightsInMemory arrays = new WeightsInMemory();
        List<Fidelity> losses = job.convert(plan, tensor -> arrays.accept(tensor.copy()));
        ResolvedDevice device = Device.auto().resolve();
        RecoveryResult recovered = source instanceof GraphSource graph
                ? new GraphRecovery(graph, data, device, progress).recover(plan, arrays, recovery)
                : new LanguageRecovery((DeclaredSource) source, data, job.calibration(), device, progress)
                        .recover(plan, arrays, recovery);
        try (WeightWriter writer = source.create(out, plan)) {
            recovered.weights().copyTo(writer);
            writer.finish();
        }
        return new Outcome(
                plan,
                losses,
                quality(out),
                search.tried(),
                search.measured(),
                Optional.of(recovered),
                TooFewRowsWarning.of(plan, grams));
    }

    private Quality quality(Path out) {
        return QualityMeasurement.of(
                source, ModelSource.open(out), data.heldOut(), Device.auto().resolve(), progress);
    }

    /** Whether a budget chooses forms: if no clause asks it for ranks. */
    private static boolean chooses(Compression compression) {
        return compression.budget().isPresent()
                && compression.clauses().stream().noneMatch(clause -> clause.treatment()
                        .rank()
                        .filter(Rank.ByBudget.class::isInstance)
                        .isPresent());
    }

    /** The plan of the layers that clauses select; the budget chooses the others. */
    private Plan searchable(Compression compression, CompressionJob job) {
        Compression fixed = new Compression(compression.clauses(), Optional.empty(), compression.initialisation());
        Plan base = fixed.keepsAll() ? source.stored() : job.plan(fixed);
        BudgetSearch.requireReachable(
                source, free(compression), compression.budget().orElseThrow(), base);
        return base;
    }

    private static Predicate<Step> free(Compression compression) {
        return step -> compression.decisive(step.weight()).isEmpty();
    }

    private Search search(Compression compression, GramMatrices grams, Plan base) {
        try (BudgetSearch search = new BudgetSearch(source, grams, data, free(compression), progress)) {
            return new Search(search.within(compression.budget().orElseThrow(), base), search.measured());
        }
    }
}
