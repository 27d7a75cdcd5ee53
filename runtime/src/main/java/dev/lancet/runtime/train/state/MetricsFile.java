package dev.lancet.runtime.train.state;

import dev.lancet.dsl.LancetException;
import dev.lancet.io.AppendedFile;
import dev.lancet.io.AtomicFile;
import dev.lancet.io.IoErrors;
import dev.lancet.runtime.train.log.Metrics;
import dev.lancet.runtime.train.log.TrainingLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The {@code metrics.jsonl} of a training. A line is handed to the system at once, and is on the disk before a state that
 * follows it. A state says how many records precede it, so that lost records are noticed.
 */
final class MetricsFile implements AutoCloseable {

    private final Path file;
    private final AppendedFile lines;
    private int records;

    private MetricsFile(Path file, AppendedFile lines, int records) {
        this.file = file;
        this.lines = lines;
        this.records = records;
    }

    /** The records of the first steps of a training. */
    record Records(List<String> lines, List<TrainingLog.Point> points, List<TrainingLog.Validation> validations) {

        Records {
            lines = List.copyOf(lines);
            points = List.copyOf(points);
            validations = List.copyOf(validations);
        }

        static Records none() {
            return new Records(List.of(), List.of(), List.of());
        }

        int count() {
            return points.size() + validations.size();
        }

        /**
         * Checks that no record is lost.
         *
         * @param wanted how many there were when the state was written
         * @param done the number of steps before the state
         * @throws LancetException if there are more or fewer
         */
        void require(int wanted, int done, Path folder) {
            if (count() != wanted) {
                throw new LancetException("resume: " + folder.resolve(Metrics.FILE) + " has " + count()
                        + " complete records of the first " + done + " steps instead of " + wanted
                        + "; put the whole file back, or start another training from this state with --from " + folder);
            }
        }
    }

    /**
     * The records up to a step. A line that was cut off, or is damaged, does not count; a missing file has no records.
     *
     * @param validated whether validations count
     */
    static Records read(Path file, int done, boolean validated) {
        List<String> kept = new ArrayList<>();
        List<TrainingLog.Point> points = new ArrayList<>();
        List<TrainingLog.Validation> validations = new ArrayList<>();
        for (String line : lines(file)) {
            boolean counts = validated || Metrics.validation(line).isEmpty();
            Metrics.step(line).filter(step -> step <= done && counts).ifPresent(step -> {
                kept.add(line);
                Metrics.point(line).ifPresent(points::add);
                Metrics.validation(line).ifPresent(validations::add);
            });
        }
        return new Records(kept, points, validations);
    }

    /** Damaged bytes become replacement characters, so that they spoil only their own line. */
    private static List<String> lines(Path file) {
        try {
            return Files.exists(file)
                    ? new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                            .lines()
                            .toList()
                    : List.of();
        } catch (IOException e) {
            throw IoErrors.reading(file, e);
        }
    }

    /** Begins the file with these records, in the place of what is there. */
    static MetricsFile begin(Path file, Records before) {
        AtomicFile.replace(file, before.lines().isEmpty() ? "" : String.join("\n", before.lines()) + "\n");
        return new MetricsFile(file, AppendedFile.open(file), before.count());
    }

    /** Adds a step or a validation. */
    void record(String line) {
        lines.line(line);
        records++;
    }

    /** Adds a line about the training itself. */
    void remark(String line) {
        lines.line(line);
    }

    /** The number of steps and validations so far. */
    int records() {
        return records;
    }

    /** Waits until all lines are on the disk. */
    void flush() {
        lines.flush();
    }

    @Override
    public void close() {
        lines.close();
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
