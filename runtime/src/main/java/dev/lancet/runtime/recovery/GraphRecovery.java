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
import dev.lancet.surgery.imported.GraphExtension;
import dev.lancet.surgery.imported.ImportedSurgery;
import dev.lancet.surgery.imported.Objective;
import dev.lancet.surgery.imported.Signatures;
import dev.lancet.surgery.layer.ConcatenatedOutput;
import dev.lancet.surgery.layer.LayerOutputs;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Trains a compressed graph to give what its original gives: the float variables, by the squared errors of its first float
 * output and of the outputs of the layers that were changed. Where no such layer can be used, or the graph is not nearer to
 * its original on held-out rows after that, it is trained on the output alone. A training stops when the error on held-out rows no
 * longer falls.
 */
public final class GraphRecovery {

    /** The rows of a step; a graph with a fixed number of rows takes that one. */
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
        ImportedSurgery student = ImportedSurgery.operate(original.model(), plan);
        try (RunningModel teacher = RunningModel.open(original, device)) {
            ReferenceOutputs reference = new ReferenceOutputs(teacher, data.heldOut());
            Quality quality = quality(plan, changed.with(original.weights()), reference);
            int batch = teacher.batch(data.training(), BATCH * data.training().longestRow());
            Cut cut = new Cut(plan, changed, reference, quality, training(rows, batch));
            Lesson output = output(teacher, student);
            return hiddenStates(teacher, output)
                    .flatMap(joined -> withHiddenStates(output, joined, cut))
                    .or(() -> nearer(cut, output.taught(teacher, data, batch), states.map(all -> all.part("output"))))
                    .orElseGet(() -> new RecoveredWeights(
                            changed,
                            new RecoveryResult(quality, quality, cut.training().steps())));
        }
    }

    /**
     * What a training begins with.
     *
     * @param plan the form of the compressed model
     * @param changed the arrays of the matrices that the plan changes
     * @param reference what the original gives on held-out rows
     * @param quality the quality before the training
     * @param training the settings
     */
    private record Cut(
            Plan plan, WeightsInMemory changed, ReferenceOutputs reference, Quality quality, Training training) {}

    /**
     * What is learned.
     *
     * @param student the compressed graph, with the output that is compared
     * @param objective the loss over that output
     * @param training rows, with what the original gives there once they are taught
     * @param heldOut other rows
     */
    private record Lesson(ImportedSurgery student, Objective objective, Examples training, Examples heldOut) {

        Lesson taught(RunningModel teacher, CalibrationData data, int batch) {
            return new Lesson(
                    student,
                    objective,
                    GraphRecovery.taught(teacher, data.training(), objective.output(), batch),
                    GraphRecovery.taught(teacher, data.heldOut(), objective.output(), batch));
        }
    }

    /** The first float output of the original. */
    private Lesson output(RunningModel teacher, ImportedSurgery student) {
        String path = original.model().path().toString();
        String output = teacher.outputs().stream()
                .findFirst()
                .orElseThrow(
                        () -> new LancetException("recover: " + path + " has no float output; leave out the recovery"));
        Objective objective = Objective.meanSquaredError(output).in(Signatures.serving(student.meta(), path));
        return new Lesson(student, objective, data.training(), data.heldOut());
    }

    private Optional<GraphExtension> hiddenStates(RunningModel teacher, Lesson output) {
        Set<String> cut = output.student().changed().stream()
                .map(step -> step.weight().name())
                .collect(Collectors.toSet());
        return new HiddenStateTargets(teacher, data.training())
                .joined(
                        output.objective().signature(),
                        output.objective().output(),
                        LayerOutputs.of(original.model(), teacher.signature(), cut),
                        (long) data.training().count() + data.heldOut().count(),
                        HiddenStateTargets.MOST_BYTES);
    }

    private Optional<RecoveredWeights> withHiddenStates(Lesson output, GraphExtension joined, Cut cut) {
        Lesson lesson = new Lesson(
                output.student().with(joined),
                Objective.meanSquaredError(ConcatenatedOutput.NAME)
                        .in(output.objective().signature()),
                data.training(),
                data.heldOut());
        ImportedSurgery wide =
                ImportedSurgery.operate(original.model(), original.plan()).with(joined);
        try (RunningModel teacher = RunningModel.open(wide, original.weights(), device)) {
            lesson = lesson.taught(teacher, data, cut.training().batch());
        }
        return nearer(cut, lesson, states);
    }

    /** Trains; empty if the graph is not nearer to its original on held-out rows than before. */
    private Optional<RecoveredWeights> nearer(Cut cut, Lesson lesson, Optional<CheckpointPolicy> folder) {
        Weights before = cut.changed().with(original.weights());
        WeightsInMemory trained = trained(lesson, cut.training(), before, folder);
        Quality after = quality(cut.plan(), trained.with(before), cut.reference());
        return after.distance() < cut.quality().distance()
                ? Optional.of(new RecoveredWeights(
                        WeightsInMemory.of(trained.with(cut.changed())),
                        new RecoveryResult(cut.quality(), after, cut.training().steps())))
                : Optional.empty();
    }

    private WeightsInMemory trained(
            Lesson lesson, Training training, Weights before, Optional<CheckpointPolicy> folder) {
        GraphTrainer trainer = new GraphTrainer(lesson.student(), lesson.objective(), training);
        Function<String, ByteBuffer> values = name -> before.find(name).isPresent()
                ? before.read(name).bytes()
                : original.model().bytes(name);
        GraphTrainer.GraphRun run = new GraphTrainer.GraphRun(device, Optional.empty(), progress);
        return folder.map(policy -> trainer.train(
                        lesson.training(), lesson.heldOut(), values, run, policy.every(interval(training.steps()))))
                .orElseGet(() -> trainer.train(lesson.training(), lesson.heldOut(), values, run))
                .trained();
    }

    private static Examples taught(RunningModel teacher, Examples rows, String output, int batch) {
        float[][] targets = new float[rows.count()][];
        for (int from = 0; from < rows.count(); from += batch) {
            int to = Math.min(rows.count(), from + batch);
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

    private static Training training(long rows, int batch) {
        int steps = (int) Math.max(1, Math.min(Integer.MAX_VALUE, rows / batch));
        return Training.adamW(steps, RATE)
                .batch(batch)
                .validateEvery(interval(steps))
                .stopEarly(PATIENCE);
    }

    /** The steps from one validation, and one state, to the next. */
    private static int interval(int steps) {
        return Math.max(1, steps / VALIDATIONS);
    }
}
