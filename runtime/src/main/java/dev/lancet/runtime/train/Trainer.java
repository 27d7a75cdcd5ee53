package dev.lancet.runtime.train;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.recipe.Arithmetic;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.dsl.weights.WeightsInMemory;
import dev.lancet.io.Progress;
import dev.lancet.runtime.engine.Engine;
import dev.lancet.runtime.memory.AvailableMemory;
import dev.lancet.runtime.text.TokenIds;
import dev.lancet.runtime.train.log.TrainingLog;
import dev.lancet.runtime.train.state.StepRange;
import dev.lancet.runtime.train.state.TrainingFolder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BiFunction;
import java.util.function.Function;

/** Trains a model's float32 arrays; quantised arrays do not change. */
public final class Trainer {

    private final Transformer transformer;
    private final Plan plan;
    private final TrainingTargets targets;
    private final Training training;
    private final PassSelection selection;
    private final StepRange range;
    private final Progress progress;
    private final TrainingProbes probes;
    private final int sequence;
    private final List<ArraySpec> trained;

    /** The model that is trained: its declaration, the form in which its weights are stored, what it is taught. */
    private record Form(Transformer transformer, Plan plan, TrainingTargets targets) {}

    private Trainer(
            Form form,
            Training training,
            PassSelection selection,
            StepRange range,
            Progress progress,
            TrainingProbes probes) {
        this.transformer = form.transformer();
        this.plan = form.plan();
        this.targets = form.targets();
        this.training = training;
        this.selection = selection;
        this.range = range;
        this.progress = progress;
        this.probes = probes;
        trained = TrainingForm.of(plan).trainable();
        if (plan.adapted() && training.guidance().isPresent()) {
            throw new LancetException("selfGuided: " + plan.model()
                    + " has adapters; self-guidance is only for fresh factors, leave it out");
        }
        // Settings for weights that do not exist fail now, not after a text was read.
        ParameterUpdates.updates(TrainingForm.at(0, plan, training), training);
        sequence = training.sequence().orElse(transformer.context());
        if (sequence > transformer.context()) {
            throw new LancetException("sequence: " + sequence + " tokens, but the context of " + transformer.name()
                    + " is " + transformer.context() + "; train on shorter sequences or declare a longer context");
        }
    }

    /** A trainer for models of this kind, with these passes: all steps, without progress reports. */
    public static Trainer of(Transformer transformer, Plan plan, Training training, PassSelection selection) {
        return new Trainer(
                new Form(transformer, plan, TrainingTargets.nextTokens()),
                training,
                selection,
                StepRange.all(training),
                Progress.silent(),
                TrainingProbes.on(selection.place()));
    }

    private Form form() {
        return new Form(transformer, plan, targets);
    }

    /** The number of parameters that training changes in a model of this form. */
    public static long parameters(Plan plan) {
        return TrainingForm.of(plan).trainable().stream()
                .mapToLong(ArraySpec::elements)
                .sum();
    }

    /** A trainer for some of the steps, with the batches and rates that they have in the whole training. */
    public Trainer over(StepRange some) {
        return new Trainer(form(), training, selection, some, progress, probes);
    }

    /** A trainer that teaches these targets instead of the next tokens of the text. */
    public Trainer teaching(TrainingTargets others) {
        return new Trainer(new Form(transformer, plan, others), training, selection, range, progress, probes);
    }

    /** A trainer that reports its progress. */
    public Trainer progress(Progress watcher) {
        return new Trainer(form(), training, selection, range, watcher, probes);
    }

    /**
     * A trainer that traces the memory of this step, counted from 0. By default, a training in a folder traces its third
     * step.
     */
    public Trainer tracing(int step) {
        return measuredBy(probes.tracing(step));
    }

    Trainer measuredBy(TrainingProbes others) {
        return new Trainer(form(), training, selection, range, progress, others);
    }

    /** The trained weights and the log of the training. */
    public record Outcome(Weights weights, TrainingLog log) {}

    /**
     * Trains, with metrics and states in a folder if there is one. If the folder has the state of an interrupted
     * training, that training resumes; the final weights are the same as without the interruption.
     *
     * @param weights the weights to start from; they do not change
     * @param ids the text to train on
     * @param heldOut the text to validate on; if it is shorter than a batch, there is no validation
     * @throws LancetException if a loss or a gradient is not a number; the message names the step and the last good
     *     state
     * @throws TrainingStoppedException if the watcher asks for a stop; the state is kept
     */
    public Outcome train(Weights weights, TokenIds ids, TokenIds heldOut, Optional<TrainingFolder> folder) {
        return train(weights, TrainingData.text(ids, heldOut, targets), folder);
    }

    /** Trains on any data, as above. */
    public Outcome train(Weights weights, TrainingData data, Optional<TrainingFolder> folder) {
        return steps(
                weights,
                data,
                folder,
                (selected, log) -> new Outcome(finished(selected.session().engine(), weights), log));
    }

    /**
     * The result of a training that only measures speed.
     *
     * @param log its steps
     * @param selection the passes of its graph
     */
    public record Rehearsal(TrainingLog log, PassSelection selection) {}

    /** Runs the same steps to measure their speed: there is no validation, and the weights are discarded. */
    public Rehearsal rehearse(Weights weights, TokenIds ids) {
        return steps(
                weights,
                TrainingData.text(ids, TokenIds.of(), targets),
                Optional.empty(),
                (selected, log) -> new Rehearsal(log, selected.selection()));
    }

    private <T> T steps(
            Weights weights,
            TrainingData data,
            Optional<TrainingFolder> folder,
            BiFunction<DtypeSelector.Selected, TrainingLog, T> end) {
        int places = data.sequence().orElse(sequence);
        if (!selection.place().isGpu()) {
            Training own = training.batch(BatchShard.of(selection.workers()).rows(training.batch()));
            TrainingMemory.of(transformer, plan, own, places)
                    .warning(AvailableMemory.now(), own)
                    .ifPresent(progress::warn);
        }
        int done = folder.map(TrainingFolder::done).orElse(OptionalInt.empty()).orElse(range.from());
        int first = Integer.parseInt(selection.workers().fromChief(String.valueOf(done)));
        DtypeSelector.Selected selected = selected(
                passes -> new DeclaredSession(
                        new TrainingSetup(transformer, plan, training, places, passes, weights, data), first, range),
                first,
                folder);
        try (TrainingSession session = selected.session()) {
            TrainingLoop loop = new TrainingLoop(session, training, range, folder, probes);
            String what = "train " + plan.model() + selected.selection().remark();
            return end.apply(selected, loop.run(progress, what));
        }
    }

    private DtypeSelector.Selected selected(
            Function<PassSelection, DeclaredSession> opener, int first, Optional<TrainingFolder> folder) {
        if (!selection.undecided()) {
            return new DtypeSelector.Selected(opener.apply(selection), selection);
        }
        DtypeSelector selector = new DtypeSelector(selection, opener);
        String begun = selection
                .workers()
                .fromChief(folder.flatMap(TrainingFolder::begunIn)
                        .map(Arithmetic::name)
                        .orElse(""));
        DtypeSelector.Selected selected = Optional.of(begun)
                .filter(name -> !name.isEmpty())
                .map(name -> selector.resumed(Arithmetic.valueOf(name)))
                .orElseGet(() -> selector.faster(progress, plan.model(), first, range.to() - 1));
        folder.ifPresent(
                f -> f.trainsIn(selected.selection().choice().orElseThrow().chosen()));
        return selected;
    }

    private Weights finished(Engine engine, Weights before) {
        WeightsInMemory after = new WeightsInMemory();
        Map<String, HostTensor> moved = new HashMap<>();
        engine.arrays(trained, array -> moved.put(array.name(), array));
        for (ArraySpec stored : plan.arrays()) {
            HostTensor array = moved.get(stored.name());
            after.accept(array == null ? before.read(stored.name()) : array);
        }
        return after;
    }
}
