package dev.lancet.runtime.train;

import dev.lancet.compression.weights.HostTensor;
import dev.lancet.compression.weights.Weights;
import dev.lancet.compression.weights.WeightsInMemory;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Stored;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.runtime.engine.Engine;
import dev.lancet.runtime.progress.Progress;
import dev.lancet.runtime.text.Batches;
import dev.lancet.runtime.text.TokenIds;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Trains a model's float32 arrays; whatever is stored quantised stays as it is. */
public final class Trainer {

    private static final int WARM_UP = 3;
    private static final int VALIDATION_BATCHES = 16;

    private final Transformer transformer;
    private final Plan plan;
    private final Training training;
    private final Span span;
    private final int sequence;
    private final List<Stored> trained;
    private final List<Stored> state;
    private final Progress progress;
    private final Passing passing;

    /** A trainer of models of this kind. */
    public Trainer(Transformer transformer, Plan plan, Training training, Progress progress) {
        this(transformer, plan, training, Span.all(training), progress);
    }

    /** A trainer that does some of the steps, with the batches and rates that they have in the whole. */
    public Trainer(Transformer transformer, Plan plan, Training training, Span span, Progress progress) {
        this(transformer, plan, training, span, progress, Passing.here(training, Set.of()));
    }

    /** A trainer whose graph gets these passes. */
    public Trainer(Transformer transformer, Plan plan, Training training, Progress progress, Passing passing) {
        this(transformer, plan, training, Span.all(training), progress, passing);
    }

    /** A trainer that does some of the steps, by a graph that gets these passes. */
    public Trainer(
            Transformer transformer, Plan plan, Training training, Span span, Progress progress, Passing passing) {
        this.passing = passing;
        this.span = span;
        this.transformer = transformer;
        this.plan = plan;
        this.training = training;
        this.progress = progress;
        trained = TrainingGraph.trainable(plan);
        state = Movement.state(plan, training);
        sequence = training.sequence().orElse(transformer.context());
        if (sequence > transformer.context()) {
            throw new LancetException("sequence: " + sequence + " tokens, but the context of " + transformer.name()
                    + " is " + transformer.context() + "; train on shorter sequences or declare a longer context");
        }
    }

    /** Better weights and how they came about. */
    public record Outcome(Weights weights, TrainingLog log) {}

    /**
     * Trains.
     *
     * @param weights where to begin; not changed
     * @param ids the text to train on
     * @param heldOut the text to validate on; may be shorter than a batch, then nothing is validated
     * @throws LancetException if a loss or a gradient is not a number; the message names the step
     */
    public Outcome train(Weights weights, int[] ids, int[] heldOut) {
        return train(weights, ids, heldOut, Optional.empty());
    }

    /** Trains on ids in memory, and keeps metrics and states in a folder. */
    public Outcome train(Weights weights, int[] ids, int[] heldOut, Optional<TrainingFolder> folder) {
        return train(weights, TokenIds.of(ids), TokenIds.of(heldOut), folder);
    }

    /**
     * Trains, and keeps metrics and states in a folder; where the folder is of a training that was cut off, that training
     * goes on, to the same weights as if it had not been.
     *
     * @throws Stopped if the watcher wants it to stop; the state is kept
     */
    public Outcome train(Weights weights, TokenIds ids, TokenIds heldOut, Optional<TrainingFolder> folder) {
        try (TrainingSession session = open(weights)) {
            TrainingLog log = loop(session, ids, heldOut, folder);
            return new Outcome(finished(session.engine(), weights), log);
        }
    }

    private TrainingLog loop(TrainingSession session, TokenIds ids, TokenIds heldOut, Optional<TrainingFolder> folder) {
        Batches batches = new Batches(ids, training.batch(), sequence, training.seed());
        Optional<Batches> held = heldOut.size() > (long) training.batch() * sequence
                ? Optional.of(new Batches(heldOut, training.batch(), sequence, training.seed()))
                : Optional.empty();
        List<TrainingLog.Point> points = new ArrayList<>(
                folder.map(f -> f.begin(session.engine(), state)).orElse(List.of()));
        List<TrainingLog.Validation> validations = new ArrayList<>();
        long began = System.nanoTime();
        try (Progress.Task task = progress.begin("train " + plan.model() + passing.remark(), training.steps())) {
            for (int step = span.from() + points.size(); step < span.to(); step++) {
                TrainingLog.Point point = step(session, batches, step);
                points.add(point);
                folder.ifPresent(f -> f.record(point));
                boolean look = training.validateEvery() > 0 && point.step() % training.validateEvery() == 0;
                if (held.isPresent() && (look || point.step() == training.steps())) {
                    var validation = new TrainingLog.Validation(point.step(), validate(session, held.get()));
                    validations.add(validation);
                    folder.ifPresent(f -> f.record(validation));
                }
                folder.filter(f -> f.due(point.step()) || point.step() == training.steps())
                        .ifPresent(f -> f.keep(session.engine(), state, point.step()));
                task.advance(point.step(), note(point));
                if (progress.stopWanted() && point.step() < training.steps()) {
                    folder.ifPresent(f -> f.keep(session.engine(), state, point.step()));
                    throw new Stopped(point.step(), training.steps(), folder.isPresent());
                }
            }
        }
        return new TrainingLog(points, validations, speed(points), (System.nanoTime() - began) / 1e9);
    }

    private TrainingLog.Point step(TrainingSession session, Batches batches, int step) {
        long start = System.nanoTime();
        int parts = training.execution().accumulate();
        int first = Math.multiplyExact(step, parts);
        double losses = 0;
        for (int part = 0; part < parts - 1; part++) {
            losses += session.accumulate(batches.at(first + part), part == 0);
        }
        TrainingSession.Seen last = session.step(batches.at(first + parts - 1), training, span, step);
        TrainingSession.Seen seen = new TrainingSession.Seen((losses + last.loss()) / parts, last.gradientNorm());
        double milliseconds = (System.nanoTime() - start) / 1e6;
        if (!seen.finite()) {
            throw new LancetException(
                    "loss: " + seen.loss() + " with gradient norm " + seen.gradientNorm() + " at step "
                            + (step + 1) + " of " + training.steps() + "; lower the rate "
                            + training.optimizer().rate() + ", warm up longer or clip harder");
        }
        return new TrainingLog.Point(
                step + 1,
                (step + 1) * training.tokensPerStep(sequence),
                seen.loss(),
                seen.gradientNorm(),
                span.rate(training, step),
                milliseconds);
    }

    private String note(TrainingLog.Point point) {
        double speed = training.tokensPerStep(sequence) / point.milliseconds() * 1e3;
        return String.format(Locale.ROOT, "loss %.3f, %,.0f tokens/s", point.loss(), speed);
    }

    private double validate(TrainingSession session, Batches held) {
        double sum = 0;
        int count = Math.min(VALIDATION_BATCHES, held.windows() / training.batch());
        for (int i = 0; i < count; i++) {
            sum += session.loss(held.at(i));
        }
        return sum / count;
    }

    private double speed(List<TrainingLog.Point> points) {
        double[] times = points.stream()
                .skip(points.size() > 2 * WARM_UP ? WARM_UP : 0)
                .mapToDouble(TrainingLog.Point::milliseconds)
                .sorted()
                .toArray();
        return training.tokensPerStep(sequence) / times[times.length / 2] * 1e3;
    }

    private TrainingSession open(Weights weights) {
        Engine engine = Engine.literal(
                TrainingGraph.of(transformer, plan, training, sequence, passing.passes()), passing.place());
        try {
            engine.load(plan, weights);
            engine.run("train.start");
            return new TrainingSession(engine);
        } catch (RuntimeException e) {
            engine.close();
            throw e;
        }
    }

    private Weights finished(Engine engine, Weights before) {
        WeightsInMemory after = new WeightsInMemory();
        for (Stored stored : plan.stored()) {
            after.accept(
                    trained.contains(stored)
                            ? HostTensor.of(stored, engine.floats(stored.name()))
                            : before.read(stored.name()));
        }
        return after;
    }
}
