package dev.lancet.runtime.compress;

import dev.lancet.compression.Fidelity;
import dev.lancet.compression.calibration.GramMatrices;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Rank;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.weights.WeightWriter;
import dev.lancet.dsl.weights.WeightsInMemory;
import dev.lancet.io.Progress;
import dev.lancet.runtime.budget.BudgetSearch;
import dev.lancet.runtime.calibration.CalibrationCache;
import dev.lancet.runtime.calibration.CalibrationData;
import dev.lancet.runtime.calibration.Calibrations;
import dev.lancet.runtime.calibration.GramMeasurement;
import dev.lancet.runtime.calibration.GramSource;
import dev.lancet.runtime.calibration.KeptLosses;
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
    private final Way way;

    /**
     * How it works.
     *
     * @param cache keeps what is measured
     * @param folds whether factors and corrections are multiplied out
     * @param sequential whether each part of the model sees the converted parts before it
     * @param recovery the most tokens of a recovery; 0 for none
     */
    private record Way(CalibrationCache cache, boolean folds, boolean sequential, long recovery) {}

    /** A compression of a model, without recovery; {@code progress} receives its progress. */
    public CalibratedCompression(ModelSource source, CalibrationData data, Progress progress) {
        this(source, data, progress, new Way(CalibrationCache.none(), false, false, 0));
    }

    private CalibratedCompression(ModelSource source, CalibrationData data, Progress progress, Way way) {
        this.source = source;
        this.data = data;
        this.progress = progress;
        this.way = way;
    }

    private CalibratedCompression by(Way other) {
        return new CalibratedCompression(source, data, progress, other);
    }

    /** The same compression, which takes measurements from a cache, and keeps there what it measures. */
    public CalibratedCompression keeping(CalibrationCache measurements) {
        return by(new Way(measurements, way.folds(), way.sequential(), way.recovery()));
    }

    /** The same compression, which multiplies factors and corrections out; see {@link CompressionJob#folding}. */
    public CalibratedCompression folding() {
        source.requireFoldable();
        return by(new Way(way.cache(), true, way.sequential(), way.recovery()));
    }

    /**
     * The same compression, which fits each block of a declared model to what the compressed blocks before it compute, instead of
     * what the original ones compute. What it measures depends on the plan, so it is not kept.
     *
     * @throws LancetException if the model is a graph, which runs as a whole
     */
    public CalibratedCompression sequential() {
        if (!(source instanceof DeclaredSource)) {
            throw new LancetException("sequential: " + source.plan().model()
                    + " is a graph, which runs as a whole; leave out --sequential");
        }
        return by(new Way(way.cache(), way.folds(), true, way.recovery()));
    }

    /**
     * The same compression followed by a recovery: a short training on the predictions of the original.
     *
     * @param tokens the most tokens to train on, or rows for a graph; 0 for no recovery
     */
    public CalibratedCompression recover(long tokens) {
        return by(new Way(way.cache(), way.folds(), way.sequential(), tokens));
    }

    /**
     * What a compression did.
     *
     * @param plan the form of every matrix
     * @param losses the error of every changed matrix, before a recovery
     * @param quality of the written model on the held-out rows
     * @param tried the plans that a budget was tried with, the best first; empty without a budget
     * @param recovered the recovery; empty if none was wanted
     * @param warning of too few rows; empty if there were enough
     */
    public record Outcome(
            Plan plan,
            List<Fidelity> losses,
            Quality quality,
            List<BudgetSearch.Tried> tried,
            Optional<RecoveryResult> recovered,
            Optional<String> warning) {

        public Outcome {
            losses = List.copyOf(losses);
            tried = List.copyOf(tried);
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
     * @throws LancetException also if the data do not fit the model, or no form of the layers fits the budget
     */
    public Outcome write(Compression compression, Path out, Writing writing) {
        CompressionJob uncalibrated = new CompressionJob(source, progress).by(compression);
        // What cannot be planned fails before anything is measured.
        Plan base = chooses(compression) ? searchable(compression, uncalibrated) : uncalibrated.plan(compression);
        CompressionJob job = way.folds() ? uncalibrated.folding() : uncalibrated;
        if (!chooses(compression) && way.recovery() == 0) {
            // The conversion shows the progress of both, because it converts each part as soon as it is measured.
            GramSource measured = way.sequential()
                    ? sequentially()
                    : way.cache().of(source, data.calibration()).grams(Progress.silent());
            return written(base, job, measured, List.of(), out, writing);
        }
        Calibrations calibrations = way.cache().of(source, data.calibration());
        GramMatrices grams = calibrations.grams(progress).all();
        List<BudgetSearch.Tried> tried =
                chooses(compression) ? search(compression, grams, base, calibrations) : List.of();
        Plan plan = tried.isEmpty() ? base : tried.get(0).plan();
        if (way.recovery() > 0) {
            return recovered(plan, job, grams, tried, out);
        }
        GramSource measured = way.sequential() ? sequentially() : GramSource.of(source.plan(), grams);
        return written(plan, job, measured, tried, out, writing);
    }

    private GramSource sequentially() {
        return GramMeasurement.sequential((DeclaredSource) source, data.calibration());
    }

    private Outcome written(
            Plan plan,
            CompressionJob job,
            GramSource measured,
            List<BudgetSearch.Tried> tried,
            Path out,
            Writing writing) {
        TooFewRowsWarning warning = new TooFewRowsWarning();
        List<Fidelity> losses = writing.write(job.calibrated(warning.watching(measured)), plan);
        return new Outcome(job.stored(plan), losses, quality(out), tried, Optional.empty(), warning.of(plan));
    }

    private Outcome recovered(
            Plan plan, CompressionJob job, GramMatrices grams, List<BudgetSearch.Tried> tried, Path out) {
        WeightsInMemory arrays = new WeightsInMemory();
        List<Fidelity> losses = job.calibrated(grams).convert(plan, tensor -> arrays.accept(tensor.copy()));
        ResolvedDevice device = Device.auto().resolve();
        RecoveryResult recovered = source instanceof GraphSource graph
                ? new GraphRecovery(graph, data, device, progress).recover(plan, arrays, way.recovery())
                : new LanguageRecovery(
                                (DeclaredSource) source, data, Optional.of(job.calibration(grams)), device, progress)
                        .recover(plan, arrays, way.recovery());
        try (WeightWriter writer = source.create(out, plan)) {
            recovered.weights().copyTo(writer);
            writer.finish();
        }
        return new Outcome(
                plan, losses, quality(out), tried, Optional.of(recovered), TooFewRowsWarning.of(plan, grams));
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

    private List<BudgetSearch.Tried> search(
            Compression compression, GramMatrices grams, Plan base, Calibrations calibrations) {
        KeptLosses losses = calibrations.losses();
        try (BudgetSearch search = new BudgetSearch(source, grams, data, free(compression), progress, losses)) {
            calibrations.keep(losses);
            return search.within(compression.budget().orElseThrow(), base);
        }
    }
}
