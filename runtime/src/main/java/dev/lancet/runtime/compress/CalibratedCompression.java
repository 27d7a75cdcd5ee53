package dev.lancet.runtime.compress;

import dev.lancet.compression.Fidelity;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.weights.WeightWriter;
import dev.lancet.dsl.weights.WeightsInMemory;
import dev.lancet.io.Progress;
import dev.lancet.runtime.budget.BudgetSearch;
import dev.lancet.runtime.budget.MeasuredLayer;
import dev.lancet.runtime.calibration.CalibrationCache;
import dev.lancet.runtime.calibration.CalibrationData;
import dev.lancet.runtime.calibration.Quality;
import dev.lancet.runtime.calibration.QualityMeasurement;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.device.ResolvedDevice;
import dev.lancet.runtime.recovery.GraphRecovery;
import dev.lancet.runtime.recovery.LanguageRecovery;
import dev.lancet.runtime.recovery.RecoveredWeights;
import dev.lancet.runtime.recovery.RecoveryResult;
import dev.lancet.runtime.source.DeclaredSource;
import dev.lancet.runtime.source.GraphSource;
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
    private final CalibratedCompressionSettings way;

    /** A compression of a model, without recovery; {@code progress} receives its progress. */
    public CalibratedCompression(ModelSource source, CalibrationData data, Progress progress) {
        this(source, data, progress, CalibratedCompressionSettings.usual());
    }

    private CalibratedCompression(
            ModelSource source, CalibrationData data, Progress progress, CalibratedCompressionSettings way) {
        this.source = source;
        this.data = data;
        this.progress = progress;
        this.way = way;
    }

    private CalibratedCompression by(CalibratedCompressionSettings other) {
        return new CalibratedCompression(source, data, progress, other);
    }

    /** The same compression, which takes measurements from a cache, and keeps there what it measures. */
    public CalibratedCompression keeping(CalibrationCache measurements) {
        return by(way.keeping(measurements));
    }

    /** The same compression, which multiplies factors and corrections out; see {@link CompressionJob#folding}. */
    public CalibratedCompression folding() {
        source.requireFoldable();
        return by(way.folding());
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
        return by(way.inSequence());
    }

    /**
     * The same compression followed by a recovery: a short training on the predictions of the original.
     *
     * @param tokens the most tokens to train on, or rows for a graph; 0 for no recovery
     * @throws LancetException if the number is negative
     */
    public CalibratedCompression recover(long tokens) {
        if (tokens < 0) {
            throw new LancetException("recover: " + tokens + "; give at least 1, or 0 for no recovery");
        }
        return by(way.recovering(tokens));
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

    /**
     * A smaller model in memory.
     *
     * @param outcome what the compression did
     * @param arrays for a declared model all of them; for a graph those that differ from its original
     */
    public record InMemory(Outcome outcome, WeightsInMemory arrays) {}

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
        PreparedCompression prepared = PreparedCompression.of(source, data, way, compression, progress);
        if (way.recovery() == 0) {
            List<Fidelity> losses = writing.write(prepared.job(), prepared.plan());
            return outcome(prepared, losses, ModelSource.open(out), Optional.empty());
        }
        Converted converted = converted(prepared);
        try (WeightWriter writer = source.create(out, prepared.plan())) {
            converted.arrays().copyTo(writer);
            writer.finish();
        }
        return outcome(prepared, converted.losses(), ModelSource.open(out), converted.recovered());
    }

    /**
     * Makes the smaller model in memory.
     *
     * @throws LancetException as {@link #write(Compression, Path, Writing)}
     */
    public InMemory convert(Compression compression) {
        PreparedCompression prepared = PreparedCompression.of(source, data, way, compression, progress);
        Converted converted = converted(prepared);
        ModelSource smaller = source.compressed(prepared.job().stored(prepared.plan()), converted.arrays());
        return new InMemory(outcome(prepared, converted.losses(), smaller, converted.recovered()), converted.arrays());
    }

    /** The arrays of a plan, after the recovery if there is one. */
    private record Converted(List<Fidelity> losses, WeightsInMemory arrays, Optional<RecoveryResult> recovered) {}

    private Converted converted(PreparedCompression prepared) {
        WeightsInMemory arrays = new WeightsInMemory();
        CompressionJob job = prepared.job();
        List<Fidelity> losses = job.convert(prepared.plan(), tensor -> arrays.accept(tensor.copy()));
        if (way.recovery() == 0) {
            return new Converted(losses, arrays, Optional.empty());
        }
        ResolvedDevice device = Device.auto().resolve();
        RecoveredWeights recovered = source instanceof GraphSource graph
                ? new GraphRecovery(graph, data, device, progress).recover(prepared.plan(), arrays, way.recovery())
                : new LanguageRecovery(
                                (DeclaredSource) source, data, prepared.grams().map(job::calibration), device, progress)
                        .recover(prepared.plan(), arrays, way.recovery());
        return new Converted(losses, WeightsInMemory.of(recovered.weights()), Optional.of(recovered.result()));
    }

    private Outcome outcome(
            PreparedCompression prepared,
            List<Fidelity> losses,
            ModelSource smaller,
            Optional<RecoveryResult> recovered) {
        Quality quality = QualityMeasurement.of(
                source, smaller, data.heldOut(), Device.auto().resolve(), progress);
        return new Outcome(
                prepared.job().stored(prepared.plan()),
                losses,
                quality,
                prepared.tried(),
                prepared.measured(),
                recovered,
                prepared.warning().of(prepared.plan()));
    }
}
