package dev.lancet.runtime.compress;

import dev.lancet.compression.Fidelity;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.weights.WeightWriter;
import dev.lancet.dsl.weights.WeightsInMemory;
import dev.lancet.io.Progress;
import dev.lancet.io.ResumableFolder;
import dev.lancet.runtime.calibration.CalibrationData;
import dev.lancet.runtime.calibration.Quality;
import dev.lancet.runtime.calibration.QualityMeasurement;
import dev.lancet.runtime.compress.CalibratedCompression.InMemory;
import dev.lancet.runtime.compress.CalibratedCompression.Outcome;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.device.ResolvedDevice;
import dev.lancet.runtime.recovery.GraphRecovery;
import dev.lancet.runtime.recovery.LanguageRecovery;
import dev.lancet.runtime.recovery.RecoveredWeights;
import dev.lancet.runtime.recovery.RecoveryResult;
import dev.lancet.runtime.source.DeclaredSource;
import dev.lancet.runtime.source.GraphSource;
import dev.lancet.runtime.source.ModelSource;
import dev.lancet.runtime.train.state.CheckpointPolicy;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A calibrated compression whose plan is chosen; see {@link CalibratedCompression#plan}. */
public final class PlannedCompression {

    private static final String RECOVERY = "recovery";

    private final ModelSource source;
    private final CalibrationData data;
    private final CalibratedCompressionSettings settings;
    private final CalibratedPlan calibrated;
    private final Progress progress;

    PlannedCompression(
            ModelSource source,
            CalibrationData data,
            CalibratedCompressionSettings settings,
            CalibratedPlan calibrated,
            Progress progress) {
        this.source = source;
        this.data = data;
        this.settings = settings;
        this.calibrated = calibrated;
        this.progress = progress;
    }

    /** The form of every matrix, before factors and corrections are multiplied out. */
    public Plan plan() {
        return calibrated.plan();
    }

    /**
     * Writes the smaller model.
     *
     * @throws LancetException if it cannot be written
     */
    public Outcome write(Path out) {
        if (settings.recovery() == 0) {
            List<Fidelity> losses = calibrated.job().write(plan(), out);
            return outcome(losses, ModelSource.open(out), Optional.empty());
        }
        Converted converted = converted();
        try (WeightWriter writer = source.create(out, plan())) {
            converted.arrays().copyTo(writer);
            writer.finish();
        }
        return outcome(converted.losses(), ModelSource.open(out), converted.recovered());
    }

    /**
     * Writes the smaller model as the result of a folder: what an earlier process did of the same work is not done again,
     * and the result is the same. The folder keeps the model, and before it what a recovery starts from and its states, also
     * if what follows fails; {@link ResumableFolder#finish} moves the model to its place.
     *
     * @throws LancetException if it cannot be written
     * @throws dev.lancet.runtime.train.TrainingStoppedException if the watcher asks the recovery to stop
     */
    public Outcome write(ResumableFolder folder) {
        if (settings.recovery() == 0) {
            List<Fidelity> losses = calibrated.job().write(plan(), folder);
            return outcome(losses, ModelSource.open(folder.result()), Optional.empty());
        }
        ResumableConversion conversion = calibrated.job().resumable(folder);
        ResumableConversion.Converted converted = conversion.converted(plan());
        // Whatever happens in the training, the conversion and the states need not be made again.
        folder.keep();
        RecoveredWeights recovered =
                recovered(converted.weights(), Optional.of(CheckpointPolicy.takeUp(folder.path(RECOVERY))));
        conversion.write(plan(), recovered.weights());
        return outcome(converted.losses(), ModelSource.open(folder.result()), Optional.of(recovered.result()));
    }

    /** Makes the smaller model in memory. */
    InMemory convert() {
        Converted converted = converted();
        ModelSource smaller = source.compressed(calibrated.job().stored(plan()), converted.arrays());
        return new InMemory(outcome(converted.losses(), smaller, converted.recovered()), converted.arrays());
    }

    /** The arrays of the plan, after the recovery if there is one. */
    private record Converted(List<Fidelity> losses, WeightsInMemory arrays, Optional<RecoveryResult> recovered) {}

    private Converted converted() {
        WeightsInMemory arrays = new WeightsInMemory();
        List<Fidelity> losses = calibrated.job().convert(plan(), tensor -> arrays.accept(tensor.copy()));
        if (settings.recovery() == 0) {
            return new Converted(losses, arrays, Optional.empty());
        }
        RecoveredWeights recovered = recovered(arrays, Optional.empty());
        return new Converted(losses, WeightsInMemory.of(recovered.weights()), Optional.of(recovered.result()));
    }

    /** The arrays after the recovery, whose training keeps its states by a policy if there is one. */
    private RecoveredWeights recovered(WeightsInMemory arrays, Optional<CheckpointPolicy> states) {
        ResolvedDevice device = Device.auto().resolve();
        if (source instanceof GraphSource graph) {
            return new GraphRecovery(graph, data, device, progress, states)
                    .recover(plan(), arrays, settings.recovery());
        }
        return new LanguageRecovery(
                        (DeclaredSource) source,
                        data,
                        calibrated.grams().map(calibrated.job()::calibration),
                        device,
                        progress,
                        states)
                .recover(plan(), arrays, settings.recovery());
    }

    private Outcome outcome(List<Fidelity> losses, ModelSource smaller, Optional<RecoveryResult> recovered) {
        Quality quality = QualityMeasurement.of(
                source, smaller, data.heldOut(), Device.auto().resolve(), progress);
        return new Outcome(
                calibrated.job().stored(plan()),
                losses,
                quality,
                calibrated.tried(),
                calibrated.measured(),
                recovered,
                calibrated.warning().of(plan()));
    }
}
