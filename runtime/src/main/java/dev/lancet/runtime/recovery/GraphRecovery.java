package dev.lancet.runtime.recovery;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.dsl.weights.WeightsInMemory;
import dev.lancet.io.Progress;
import dev.lancet.runtime.calibration.CalibrationData;
import dev.lancet.runtime.calibration.Quality;
import dev.lancet.runtime.calibration.ReferenceOutputs;
import dev.lancet.runtime.calibration.RunningModel;
import dev.lancet.runtime.device.ResolvedDevice;
import dev.lancet.runtime.source.GraphSource;
import dev.lancet.runtime.train.graph.Examples;
import dev.lancet.runtime.train.graph.GraphTrainer;
import dev.lancet.runtime.train.state.CheckpointPolicy;
import dev.lancet.surgery.imported.ImportedSurgery;
import dev.lancet.surgery.imported.Objective;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * Trains a compressed graph to give the outputs of its original: the float variables, by the mean squared error of its
 * first float output. The training stops when the error on held-out rows no longer falls.
 */
public final class GraphRecovery {

    private static final int BATCH = 16;
    private static final int VALIDATIONS = 20;
    private static final int PATIENCE = 4;
    private static final double RATE = 2e-4;

    private final GraphSource original;
    private final CalibrationData data;
    private final ResolvedDevice device;
    private final Progress progress;
    private final Optional<CheckpointPolicy> states;

    /**
     * A recovery for an original model.
     *
     * @param states where the training keeps its states, or takes them up; empty for none
     */
    public GraphRecovery(
            GraphSource original,
            CalibrationData data,
            ResolvedDevice device,
            Progress progress,
            Optional<CheckpointPolicy> states) {
        this.original = original;
        this.data = data;
        this.device = device;
        this.progress = progress;
        this.states = states;
    }

    /**
     * Trains.
     *
     * @param plan the form of the compressed model
     * @param changed the arrays of the matrices that the plan changes; they do not change
     * @param rows the most rows to train on; rows repeat if there are fewer
     * @throws LancetException if an operator between a weight and the output has no gradient
     */
    public RecoveredWeights recover(Plan plan, WeightsInMemory changed, long rows) {
        ImportedSurgery surgery = ImportedSurgery.operate(original.model(), plan);
        Weights before = changed.with(original.weights());
        try (RunningModel teacher = RunningModel.open(original, device)) {
            ReferenceOutputs reference = new ReferenceOutputs(teacher, data.heldOut());
            Quality quality = quality(plan, before, reference);
            String output = teacher.outputs().stream()
                    .findFirst()
                    .orElseThrow(() -> new LancetException(
                            "recover: " + original.model().path() + " has no float output; leave out the recovery"));
            Training training = training(rows);
            WeightsInMemory trained = trained(
                    new GraphTrainer(surgery, Objective.meanSquaredError(output), training),
                    taught(teacher, data.training(), output),
                    taught(teacher, data.heldOut(), output),
                    before,
                    interval(training.steps()));
            Weights after = trained.with(before);
            Quality better = quality(plan, after, reference);
            return better.distance() < quality.distance()
                    ? new RecoveredWeights(
                            WeightsInMemory.of(trained.with(changed)),
                            new RecoveryResult(quality, better, training.steps()))
                    : new RecoveredWeights(changed, new RecoveryResult(quality, quality, training.steps()));
        }
    }

    private WeightsInMemory trained(
            GraphTrainer trainer, Examples rows, Examples heldOut, Weights before, int everySteps) {
        Function<String, ByteBuffer> values = name -> before.find(name).isPresent()
                ? before.read(name).bytes()
                : original.model().bytes(name);
        GraphTrainer.GraphRun run = new GraphTrainer.GraphRun(device, Optional.empty(), progress);
        return states.map(policy -> trainer.train(rows, heldOut, values, run, policy.every(everySteps)))
                .orElseGet(() -> trainer.train(rows, heldOut, values, run))
                .trained();
    }

    private static Examples taught(RunningModel teacher, Examples rows, String output) {
        float[][] targets = new float[rows.count()][];
        for (int from = 0; from < rows.count(); from += BATCH) {
            int to = Math.min(rows.count(), from + BATCH);
            float[] some = Objects.requireNonNull(
                    teacher.outputs(rows.between(from, to)).get(output));
            int width = some.length / (to - from);
            for (int row = from; row < to; row++) {
                targets[row] = Arrays.copyOfRange(some, (row - from) * width, (row - from + 1) * width);
            }
        }
        return rows.targets(targets);
    }

    private Quality quality(Plan plan, Weights weights, ReferenceOutputs reference) {
        try (RunningModel running = RunningModel.open(original.compressed(plan, weights), device)) {
            return reference.compare(running, progress);
        }
    }

    private static Training training(long rows) {
        int steps = (int) Math.max(1, Math.min(Integer.MAX_VALUE, rows / BATCH));
        return Training.adamW(steps, RATE)
                .batch(BATCH)
                .validateEvery(interval(steps))
                .stopEarly(PATIENCE);
    }

    /** The steps from one validation, and one state, to the next. */
    private static int interval(int steps) {
        return Math.max(1, steps / VALIDATIONS);
    }
}
