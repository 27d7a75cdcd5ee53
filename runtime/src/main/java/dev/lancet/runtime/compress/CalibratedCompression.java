package dev.lancet.runtime.compress;

import dev.lancet.compression.Fidelity;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.weights.WeightsInMemory;
import dev.lancet.io.Progress;
import dev.lancet.runtime.budget.BudgetSearch;
import dev.lancet.runtime.budget.MeasuredLayer;
import dev.lancet.runtime.calibration.CalibrationCache;
import dev.lancet.runtime.calibration.CalibrationData;
import dev.lancet.runtime.calibration.Quality;
import dev.lancet.runtime.recovery.RecoveryResult;
import dev.lancet.runtime.source.DeclaredSource;
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
    private final CalibratedCompressionSettings settings;

    /** A compression of a model, without recovery; {@code progress} receives its progress. */
    public CalibratedCompression(ModelSource source, CalibrationData data, Progress progress) {
        this(source, data, progress, CalibratedCompressionSettings.usual());
    }

    private CalibratedCompression(
            ModelSource source, CalibrationData data, Progress progress, CalibratedCompressionSettings settings) {
        this.source = source;
        this.data = data;
        this.progress = progress;
        this.settings = settings;
    }

    private CalibratedCompression by(CalibratedCompressionSettings other) {
        return new CalibratedCompression(source, data, progress, other);
    }

    /** The same compression, which takes measurements from a cache, and keeps there what it measures. */
    public CalibratedCompression keeping(CalibrationCache measurements) {
        return by(settings.keeping(measurements));
    }

    /** The same compression, which multiplies factors and corrections out; see {@link CompressionJob#folding}. */
    public CalibratedCompression folding() {
        source.requireFoldable();
        return alone(settings.folding());
    }

    /**
     * The same compression, which fits each block of a declared model to what the compressed blocks before it compute, instead of
     * what the original ones compute. What it measures depends on the plan, so it is not kept.
     *
     * @throws LancetException if the model is a graph, which runs as a whole
     */
    public CalibratedCompression sequential() {
        if (!(source instanceof DeclaredSource declared)
                || !declared.transformer().continuesText()) {
            throw new LancetException("sequential: " + source.plan().model()
                    + " is a graph or an encoder, which runs as a whole; leave out --sequential");
        }
        return by(settings.inSequence());
    }

    /**
     * The same compression followed by a recovery: a short training on the predictions of the original.
     *
     * @param tokens the most tokens to train on, or rows for a graph; 0 for no recovery
     * @throws LancetException if the number is negative, or if the result is folded
     */
    public CalibratedCompression recover(long tokens) {
        if (tokens < 0) {
            throw new LancetException("recover: " + tokens + "; give at least 1, or 0 for no recovery");
        }
        if (tokens > 0
                && source instanceof DeclaredSource declared
                && !declared.transformer().continuesText()) {
            throw new LancetException("recover: " + tokens + " rows; an encoder is recovered as a graph: write one with"
                    + " lancet export --format savedmodel, and compress that");
        }
        return alone(settings.recovering(tokens));
    }

    private CalibratedCompression alone(CalibratedCompressionSettings other) {
        if (other.folds() && other.recovery() > 0) {
            throw new LancetException("recover: " + other.recovery()
                    + "; a recovery trains factors, so it cannot be folded; leave out one of the two");
        }
        return by(other);
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

    /**
     * A smaller model in memory.
     *
     * @param outcome what the compression did
     * @param arrays for a declared model all of them; for a graph those that differ from its original
     */
    public record InMemory(Outcome outcome, WeightsInMemory arrays) {}

    /**
     * Chooses the plan, and measures what the choice or a recovery needs.
     *
     * @throws LancetException also if the data do not fit the model, or no form of the layers fits the budget
     */
    public PlannedCompression plan(Compression compression) {
        return new PlannedCompression(
                source, data, settings, CalibratedPlan.of(source, data, settings, compression, progress), progress);
    }

    /**
     * Writes the smaller model.
     *
     * @throws LancetException as {@link #plan}, or if it cannot be written
     */
    public Outcome write(Compression compression, Path out) {
        return plan(compression).write(out);
    }

    /**
     * Makes the smaller model in memory.
     *
     * @throws LancetException as {@link #plan}
     */
    public InMemory convert(Compression compression) {
        return plan(compression).convert();
    }
}
