package dev.lancet.runtime.train.state;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.recipe.Arithmetic;
import dev.lancet.io.AtomicFile;
import dev.lancet.runtime.engine.Engine;
import dev.lancet.runtime.train.log.EventFile;
import dev.lancet.runtime.train.log.Metrics;
import dev.lancet.runtime.train.log.TrainingLog;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Where a training keeps what must not be lost: {@code metrics.jsonl} with a line a step, curves for TensorBoard, and states
 * from which it can go on. The latest state has not been proven: only the next step shows whether its weights have a loss at
 * all. So the last one that was proven stays beside it, and the one with the best validation, if that matters.
 */
public final class TrainingFolder implements AutoCloseable {

    private final Path folder;
    private final Fingerprint fingerprint;
    private final StateStore states;
    private final Map<String, String> about;
    private final int every;
    private final EventFile events;
    private Optional<StateStore> origin = Optional.empty();
    private OptionalInt latest = OptionalInt.empty();
    private OptionalInt proven = OptionalInt.empty();
    private OptionalInt best = OptionalInt.empty();

    TrainingFolder(Path folder, Fingerprint fingerprint, int every) {
        this.folder = folder;
        this.fingerprint = fingerprint;
        about = new HashMap<>(fingerprint.parts());
        this.every = every;
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new LancetException("training: " + folder + " cannot be made: " + e.getMessage(), e);
        }
        states = new StateStore(folder);
        states.tidy();
        events = new EventFile(folder);
    }

    /**
     * Decides with which state the training begins. A training that is to be resumed but ended before it kept its first state
     * begins anew.
     */
    void choose(CheckpointPolicy.Start start, Optional<Path> other) {
        boolean own = start != CheckpointPolicy.Start.ANEW && !states.steps().isEmpty();
        if (own) {
            states.require(states.steps().last(), fingerprint);
            origin = Optional.of(states);
        } else if (other.isPresent()) {
            origin = other.map(StateStore::new);
            if (origin.get().steps().isEmpty()) {
                throw new LancetException("resume: " + other.get()
                        + " holds no state of a training; begin with another, or anew");
            }
        }
    }

    /** In which numbers the training that goes on here multiplied matrices, where it chose them itself. */
    public Optional<Arithmetic> begunIn() {
        return origin.filter(from -> from == states)
                .map(from -> from.arithmetic(from.steps().last()));
    }

    /** From now on states say in which numbers the training has chosen to multiply matrices. */
    public void trainsIn(Arithmetic chosen) {
        about.put(StateStore.ARITHMETIC, chosen.name());
    }

    /** How many steps the state to begin with has behind it; empty where it is to begin with none. */
    public OptionalInt done() {
        return origin.map(from -> OptionalInt.of(from.steps().last())).orElse(OptionalInt.empty());
    }

    /** Puts the engine into the state to begin with, and tells what lies behind. */
    public ResumePoint begin(Engine engine, List<ArraySpec> arrays, StepRange range) {
        if (origin.isEmpty()) {
            states.keepOnly(Set.of());
            write(List.of());
            return ResumePoint.nothing(range);
        }
        ResumePoint resumed = takenUp(origin.get(), engine, arrays);
        if (origin.get() != states) {
            states.write(engine, arrays, resumed.done(), about);
        }
        NavigableSet<Integer> before = states.steps().headSet(resumed.done(), false);
        proven = before.isEmpty() ? OptionalInt.empty() : OptionalInt.of(before.last());
        latest = OptionalInt.of(resumed.done());
        events.restarted(resumed.done() + 1);
        return resumed;
    }

    private ResumePoint takenUp(StateStore from, Engine engine, List<ArraySpec> arrays) {
        int done = from.steps().last();
        from.restore(engine, arrays, done);
        List<TrainingLog.Point> points = new ArrayList<>();
        List<TrainingLog.Validation> validations = new ArrayList<>();
        List<String> kept = new ArrayList<>();
        for (String line : read(from.metrics())) {
            // What was the best of another training is not kept here, so its validations do not count.
            boolean counts = from == states || Metrics.validation(line).isEmpty();
            Metrics.step(line).filter(step -> step <= done && counts).ifPresent(step -> {
                kept.add(line);
                Metrics.point(line).ifPresent(points::add);
                Metrics.validation(line).ifPresent(validations::add);
            });
        }
        write(kept);
        return new ResumePoint(done, points, validations);
    }

    private static List<String> read(Path file) {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            throw new LancetException("training: " + file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private void write(List<String> lines) {
        AtomicFile.replace(states.metrics(), file -> Files.write(file, lines));
    }

    /** A step was done. */
    public void record(TrainingLog.Point point) {
        append(Metrics.line(point));
        events.scalars(point.step(), Metrics.curves(point));
    }

    /** Held-out text was looked at. */
    public void record(TrainingLog.Validation validation) {
        append(Metrics.line(validation));
        events.scalars(validation.step(), Map.of("validation_loss", validation.loss()));
    }

    /** It ends here, before its last step. */
    public void ended(int step, String why) {
        append(Metrics.stopped(step, why));
    }

    private void append(String line) {
        Path file = states.metrics();
        try (BufferedWriter out = Files.newBufferedWriter(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            out.write(line);
            out.write('\n');
        } catch (IOException e) {
            throw new LancetException("training: " + file + " cannot be written: " + e.getMessage(), e);
        }
    }

    /** Whether the state is due after so many steps. */
    public boolean due(int steps) {
        return steps % every == 0;
    }

    /** Keeps the state, which the next step has to prove. */
    public void keep(Engine engine, List<ArraySpec> arrays, int steps) {
        states.write(engine, arrays, steps, about);
        latest = OptionalInt.of(steps);
        states.keepOnly(with(steps));
    }

    /** Keeps the state with the best validation so far, which proves it, until another is better. */
    public void keepBest(Engine engine, List<ArraySpec> arrays, int steps) {
        keep(engine, arrays, steps);
        best(steps);
        prove();
    }

    /** A step after the latest state went well: what lies before that state is no longer needed. */
    public void prove() {
        if (latest.isPresent() && !latest.equals(proven)) {
            proven = latest;
            states.keepOnly(with(latest.getAsInt()));
        }
    }

    /**
     * The training went wrong: what it kept since the last state that was proven is worth nothing.
     *
     * @return after how many steps that was; empty if there is none
     */
    public OptionalInt fallBack() {
        states.keepOnly(proven.isPresent() ? with(proven.getAsInt()) : Set.of());
        return proven;
    }

    private Set<Integer> with(int steps) {
        Set<Integer> wanted = new HashSet<>(Set.of(steps));
        proven.ifPresent(wanted::add);
        best.ifPresent(wanted::add);
        return wanted;
    }

    /** Which state is the best, where a training goes on. */
    public void best(int steps) {
        best = OptionalInt.of(steps);
    }

    /** Puts the arrays of the best validation back. */
    public void restore(Engine engine, List<ArraySpec> arrays, int steps) {
        states.restore(engine, arrays, steps);
    }

    public Path folder() {
        return folder;
    }

    @Override
    public void close() {
        events.close();
    }
}
