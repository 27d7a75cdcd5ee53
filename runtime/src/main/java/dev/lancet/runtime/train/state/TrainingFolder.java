package dev.lancet.runtime.train.state;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.recipe.Arithmetic;
import dev.lancet.io.OutputLock;
import dev.lancet.runtime.engine.Engine;
import dev.lancet.runtime.train.log.EventFile;
import dev.lancet.runtime.train.log.Metrics;
import dev.lancet.runtime.train.log.TrainingLog;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The folder of a training: {@code metrics.jsonl} with a line per step, curves for TensorBoard, and states to resume
 * from. The latest state is unproven: only the next step shows whether its weights give a finite loss. Therefore the
 * folder also keeps the last proven state, and the one with the best validation if early stopping needs it. Until it is
 * closed, no other process can train here.
 */
public final class TrainingFolder implements AutoCloseable {

    private final Path folder;
    private final Fingerprint fingerprint;
    private final StateStore states;
    private final Map<String, String> about;
    private final int every;
    private final OutputLock lock;
    private @Nullable EventFile events;
    private @Nullable MetricsFile metrics;
    private Optional<StateStore> origin = Optional.empty();
    private OptionalInt latest = OptionalInt.empty();
    private OptionalInt proven = OptionalInt.empty();
    private OptionalInt best = OptionalInt.empty();

    TrainingFolder(Path folder, Fingerprint fingerprint, int every, OutputLock lock) {
        this.lock = lock;
        this.folder = folder;
        this.fingerprint = fingerprint;
        about = new HashMap<>(fingerprint.parts());
        this.every = every;
        states = new StateStore(folder);
        states.tidy();
    }

    /** Chooses the state to start from. A resumed training that ended before it kept a state begins anew. */
    void choose(CheckpointPolicy.Start start, Optional<Path> other) {
        boolean own = start != CheckpointPolicy.Start.ANEW && !states.steps().isEmpty();
        if (own) {
            states.require(states.steps().last(), fingerprint);
            origin = Optional.of(states);
        } else if (other.isPresent()) {
            origin = other.map(StateStore::new);
            if (origin.get().steps().isEmpty()) {
                throw new LancetException("resume: " + other.get()
                        + " has no state of a training; start from another state, or without --from");
            }
        }
    }

    /** The arithmetic of the resumed training, if it chose it itself. */
    public Optional<Arithmetic> begunIn() {
        return origin.filter(from -> from == states)
                .map(from -> from.arithmetic(from.steps().last()));
    }

    /** Records the chosen arithmetic in all later states. */
    public void trainsIn(Arithmetic chosen) {
        about.put(StateStore.ARITHMETIC, chosen.name());
    }

    /** The number of finished steps in the state to start from; empty if there is no such state. */
    public OptionalInt done() {
        return origin.map(from -> OptionalInt.of(from.steps().last())).orElse(OptionalInt.empty());
    }

    /** Loads the state to start from into the engine and returns the earlier part of the training. */
    public ResumePoint begin(Engine engine, List<ArraySpec> arrays, StepRange range) {
        events = new EventFile(folder);
        if (origin.isEmpty()) {
            states.keepOnly(Set.of());
            states.requireRoom(arrays);
            metrics = MetricsFile.begin(states.metrics(), MetricsFile.Records.none());
            return ResumePoint.nothing(range);
        }
        ResumePoint resumed = takenUp(origin.get(), engine, arrays);
        if (origin.get() != states) {
            write(engine, arrays, resumed.done());
        }
        NavigableSet<Integer> before = states.steps().headSet(resumed.done(), false);
        proven = before.isEmpty() ? OptionalInt.empty() : OptionalInt.of(before.last());
        latest = OptionalInt.of(resumed.done());
        events().restarted(resumed.done() + 1);
        return resumed;
    }

    private ResumePoint takenUp(StateStore from, Engine engine, List<ArraySpec> arrays) {
        int done = from.steps().last();
        // The best state of another training is not kept here, so its validations do not count.
        MetricsFile.Records before = MetricsFile.read(from.metrics(), done, from == states);
        if (from == states) {
            // States of earlier versions do not say how many records there were, but not that there were none.
            before.require(states.records(done).orElse(before.count() == 0 ? done : before.count()), done, folder);
        }
        from.restore(engine, arrays, done);
        metrics = MetricsFile.begin(states.metrics(), before);
        return new ResumePoint(done, before.points(), before.validations());
    }

    private EventFile events() {
        return Objects.requireNonNull(events, "the training has not begun");
    }

    private MetricsFile metrics() {
        return Objects.requireNonNull(metrics, "the training has not begun");
    }

    /** Records a step. */
    public void record(TrainingLog.Point point) {
        metrics().record(Metrics.line(point));
        events().scalars(point.step(), Metrics.curves(point));
    }

    /** Records a validation. */
    public void record(TrainingLog.Validation validation) {
        metrics().record(Metrics.line(validation));
        events().scalars(validation.step(), Map.of("validation_loss", validation.loss()));
    }

    /** Records that the training ends here, before its last step. */
    public void ended(int step, String why) {
        metrics().remark(Metrics.stopped(step, why));
    }

    /** Writes a state after the records that precede it. */
    private void write(Engine engine, List<ArraySpec> arrays, int steps) {
        metrics().flush();
        Map<String, String> description = new HashMap<>(about);
        description.put(StateStore.RECORDS, String.valueOf(metrics().records()));
        states.write(engine, arrays, steps, description);
    }

    /** Whether a state is due after a number of steps. */
    public boolean due(int steps) {
        return steps % every == 0;
    }

    /** Saves a state, which the next step has to prove. */
    public void keep(Engine engine, List<ArraySpec> arrays, int steps) {
        write(engine, arrays, steps);
        latest = OptionalInt.of(steps);
        states.keepOnly(with(steps));
    }

    /** Saves the state with the best validation so far, which also proves it, until another is better. */
    public void keepBest(Engine engine, List<ArraySpec> arrays, int steps) {
        keep(engine, arrays, steps);
        best(steps);
        prove();
    }

    /** A step after the latest state succeeded, so older states are no longer needed. */
    public void prove() {
        if (latest.isPresent() && !latest.equals(proven)) {
            proven = latest;
            states.keepOnly(with(latest.getAsInt()));
        }
    }

    /**
     * The training failed: deletes the states after the last proven one.
     *
     * @return the number of finished steps in the proven state; empty if there is none
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

    /** Sets the best state of a resumed training. */
    public void best(int steps) {
        best = OptionalInt.of(steps);
    }

    /** Restores the arrays of the best validation. */
    public void restore(Engine engine, List<ArraySpec> arrays, int steps) {
        states.restore(engine, arrays, steps);
    }

    public Path folder() {
        return folder;
    }

    @Override
    public void close() {
        try {
            if (metrics != null) {
                metrics.close();
            }
            if (events != null) {
                events.close();
            }
        } finally {
            lock.close();
        }
    }
}
