package dev.lancet.runtime.recovery;

import dev.lancet.compression.calibration.Calibration;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.dsl.weights.WeightsInMemory;
import dev.lancet.io.Progress;
import dev.lancet.runtime.algebra.GramAlgebra;
import dev.lancet.runtime.calibration.CalibrationData;
import dev.lancet.runtime.calibration.Quality;
import dev.lancet.runtime.calibration.ReferenceOutputs;
import dev.lancet.runtime.calibration.RunningModel;
import dev.lancet.runtime.device.ResolvedDevice;
import dev.lancet.runtime.source.DeclaredSource;
import dev.lancet.runtime.text.TokenIds;
import dev.lancet.runtime.train.PassSelection;
import dev.lancet.runtime.train.Trainer;
import dev.lancet.runtime.train.state.CheckpointPolicy;
import dev.lancet.runtime.train.state.Fingerprint;
import dev.lancet.runtime.train.state.StepRange;
import dev.lancet.runtime.train.state.TrainingFolder;
import java.util.Optional;
import java.util.Set;

/**
 * Trains a compressed language model on the predictions of its original: its factors, corrections and norms, and whatever
 * else it keeps in float32. The training stops when the loss on held-out rows no longer falls.
 */
public final class LanguageRecovery {

    private static final int BATCH_TOKENS = 2048;
    private static final int VALIDATIONS = 20;
    private static final int PATIENCE = 4;
    private static final double RATE = 1e-3;

    private final DeclaredSource original;
    private final CalibrationData data;
    private final Optional<Calibration> calibration;
    private final ResolvedDevice device;
    private final Progress progress;
    private final Optional<CheckpointPolicy> states;

    /**
     * A recovery for an original model.
     *
     * @param calibration factors are rounded with it, if there is any
     * @param states where the training keeps its states, or takes them up; empty for none
     */
    public LanguageRecovery(
            DeclaredSource original,
            CalibrationData data,
            Optional<Calibration> calibration,
            ResolvedDevice device,
            Progress progress,
            Optional<CheckpointPolicy> states) {
        this.original = original;
        this.data = data;
        this.calibration = calibration;
        this.device = device;
        this.progress = progress;
        this.states = states;
    }

    /**
     * Trains.
     *
     * @param plan the form of the compressed model
     * @param weights its arrays; they do not change
     * @param tokens the most tokens to train on; rows repeat if there are fewer
     */
    public RecoveredWeights recover(Plan plan, Weights weights, long tokens) {
        try (RunningModel teacher = RunningModel.open(original, device)) {
            ReferenceOutputs reference = new ReferenceOutputs(teacher, data.heldOut());
            Quality before = quality(plan, weights, reference);
            TrainableForm form = new TrainableForm(plan, new GramAlgebra());
            Training training = training(tokens);
            Weights trained = trained(form, training, weights, teacher);
            Weights packed = form.pack(trained, calibration);
            Quality after = quality(plan, packed, reference);
            return after.distance() < before.distance()
                    ? new RecoveredWeights(packed, new RecoveryResult(before, after, training.steps()))
                    : new RecoveredWeights(weights, new RecoveryResult(before, before, training.steps()));
        }
    }

    private Weights trained(TrainableForm form, Training training, Weights weights, RunningModel teacher) {
        PassSelection passes = PassSelection.here(training, Set.of(), device);
        Trainer trainer = Trainer.of(original.transformer(), form.plan(), training, passes)
                .teaching(new DistillationTargets(teacher))
                .progress(progress);
        TokenIds ids = TokenIds.of(data.training().ids(RunningModel.IDS));
        TokenIds heldOut = TokenIds.of(data.heldOut().ids(RunningModel.IDS));
        WeightsInMemory start = form.unpack(weights);
        if (states.isEmpty()) {
            return trainer.train(start, ids, heldOut, Optional.empty()).weights();
        }
        String rows =
                data.training().fingerprint() + "; held out " + data.heldOut().fingerprint();
        Fingerprint fingerprint = Fingerprint.of(
                original.transformer(), form.plan(), training, StepRange.all(training), rows, passes.order());
        CheckpointPolicy policy = states.get().every(interval(training.steps()));
        try (TrainingFolder folder = policy.open(fingerprint)) {
            return trainer.train(start, ids, heldOut, Optional.of(folder)).weights();
        }
    }

    private Quality quality(Plan plan, Weights weights, ReferenceOutputs reference) {
        try (RunningModel running = RunningModel.open(original.compressed(plan, weights), device)) {
            return reference.compare(running, progress);
        }
    }

    private Training training(long tokens) {
        int sequence =
                Math.min(data.training().longestRow(), original.transformer().context());
        int heldOut = data.heldOut().ids(RunningModel.IDS).length;
        // A validation needs more held-out tokens than a batch has.
        int batch = Math.max(1, Math.min(BATCH_TOKENS, heldOut - 1) / sequence);
        int steps = (int) Math.max(1, Math.min(Integer.MAX_VALUE, tokens / ((long) batch * sequence)));
        Training training = Training.muon(steps, RATE).batch(batch).sequence(sequence);
        return heldOut > (long) batch * sequence
                ? training.validateEvery(interval(steps)).stopEarly(PATIENCE)
                : training;
    }

    /** The steps from one validation, and one state, to the next. */
    private static int interval(int steps) {
        return Math.max(1, steps / VALIDATIONS);
    }
}
