package dev.lancet.runtime.train;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.Stored;
import dev.lancet.runtime.engine.Engine;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Where a training keeps what must not be lost: {@code metrics.jsonl} with a line a step, curves for TensorBoard, and the
 * latest state, from which it can go on.
 */
public final class TrainingFolder implements AutoCloseable {

    private final Path folder;
    private final boolean resume;
    private final StateFile state;
    private final int every;
    private final EventFile events;

    private TrainingFolder(Path folder, String fingerprint, boolean resume, int every) {
        this.folder = folder;
        this.resume = resume;
        this.every = every;
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new LancetException("training: " + folder + " cannot be made: " + e.getMessage(), e);
        }
        state = new StateFile(folder, fingerprint);
        events = new EventFile(folder);
    }

    /**
     * A folder for a training that begins.
     *
     * @param fingerprint of everything that decides what the training does; a state is only taken up under the same
     * @param every steps between two states
     * @throws LancetException if a training began there before
     */
    public static TrainingFolder begin(Path folder, String fingerprint, int every) {
        if (Files.exists(folder.resolve(Metrics.FILE))) {
            throw new LancetException("training: " + folder
                    + " holds a training already; take it up with --resume, or choose another folder");
        }
        return new TrainingFolder(folder, fingerprint, false, every);
    }

    /** The folder of a training that goes on where its latest state was kept. */
    public static TrainingFolder resume(Path folder, String fingerprint, int every) {
        if (!Files.isDirectory(folder)) {
            throw new LancetException("resume: there is no folder " + folder + "; start it without --resume");
        }
        return new TrainingFolder(folder, fingerprint, true, every);
    }

    /** Puts the engine into the state to begin with, and gives the points that lie behind. */
    List<TrainingLog.Point> begin(Engine engine, List<Stored> arrays) {
        Path file = folder.resolve(Metrics.FILE);
        try {
            int done = resume ? state.restore(engine, arrays) : 0;
            List<String> lines = resume ? Files.readAllLines(file) : List.of();
            List<TrainingLog.Point> behind = new ArrayList<>();
            List<String> kept = new ArrayList<>();
            for (String line : lines) {
                Metrics.step(line).filter(step -> step <= done).ifPresent(step -> {
                    kept.add(line);
                    Metrics.point(line).ifPresent(behind::add);
                });
            }
            Path partial = folder.resolve(Metrics.FILE + ".partial");
            Files.write(partial, kept);
            Files.move(partial, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            return behind;
        } catch (IOException e) {
            throw new LancetException("training: " + file + " cannot be read or written: " + e.getMessage(), e);
        }
    }

    /** A step was done. */
    void record(TrainingLog.Point point) {
        append(Metrics.line(point));
        events.scalars(
                point.step(),
                Map.of("loss", point.loss(), "gradient_norm", point.gradientNorm(), "rate", point.rate()));
    }

    /** Held-out text was looked at. */
    void record(TrainingLog.Validation validation) {
        append(Metrics.line(validation));
        events.scalars(validation.step(), Map.of("validation_loss", validation.loss()));
    }

    private void append(String line) {
        Path file = folder.resolve(Metrics.FILE);
        try (BufferedWriter out = Files.newBufferedWriter(file, StandardOpenOption.APPEND)) {
            out.write(line);
            out.write('\n');
        } catch (IOException e) {
            throw new LancetException("training: " + file + " cannot be written: " + e.getMessage(), e);
        }
    }

    /** Whether the state is due after so many steps. */
    boolean due(int steps) {
        return steps % every == 0;
    }

    /** Keeps the state. */
    void keep(Engine engine, List<Stored> arrays, int steps) {
        state.keep(engine, arrays, steps);
    }

    @Override
    public void close() {
        events.close();
    }
}
