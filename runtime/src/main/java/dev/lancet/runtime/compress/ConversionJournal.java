package dev.lancet.runtime.compress;

import dev.lancet.compression.Fidelity;
import dev.lancet.compression.TruncatedSpectrum;
import dev.lancet.dsl.CompressionMethod;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.io.Journal;
import dev.lancet.runtime.checkpoint.safetensors.SafetensorsWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;

/**
 * The matrices of a plan that are written, one line of a journal each in the order of the plan: the name, the checksums of the
 * arrays and, if the matrix is changed, its errors, methods, seconds and, after a cut to a lower rank, singular values.
 */
final class ConversionJournal {

    private static final String BETWEEN = "\t";
    private static final int HEXADECIMAL = 16;
    private static final int CHANGED = 7;

    private final Journal journal;
    private final SafetensorsWriter arrays;
    private final Plan plan;
    private final List<Fidelity> losses = new ArrayList<>();
    private final Optional<String> damaged;

    /**
     * Takes up the arrays of the matrices in a journal. The first one that has changed since it was written, and all after
     * it, do not count.
     *
     * @param arrays the file with the arrays
     * @throws LancetException if the journal has other matrices than the plan
     */
    ConversionJournal(Journal journal, Plan plan, SafetensorsWriter arrays) {
        this.journal = journal;
        this.plan = plan;
        this.arrays = arrays;
        Optional<String> changed = Optional.empty();
        List<String> lines = journal.lines();
        for (int i = 0; i < lines.size() && changed.isEmpty(); i++) {
            String[] cells = lines.get(i).split(BETWEEN, -1);
            if (i >= plan.steps().size() || !plan.steps().get(i).weight().name().equals(cells[0])) {
                throw new LancetException("resume: the journal names " + cells[0] + " where the plan of " + plan.model()
                        + " does not; start anew without --resume");
            }
            if (takenUp(plan.steps().get(i), cells[1])) {
                read(cells).ifPresent(losses::add);
            } else {
                changed = Optional.of(cells[0]);
                journal.keepFirst(i);
            }
        }
        damaged = changed;
    }

    private boolean takenUp(Step step, String checksums) {
        List<ArraySpec> stored = arrays(step);
        String[] sums = checksums.split(",", -1);
        for (int i = 0; i < stored.size(); i++) {
            if (!arrays.takeUp(stored.get(i).name(), Integer.parseUnsignedInt(sums[i], HEXADECIMAL))) {
                return false;
            }
        }
        return true;
    }

    private static List<ArraySpec> arrays(Step step) {
        return step.matrices().stream()
                .flatMap(matrix -> matrix.arrays().stream())
                .toList();
    }

    /** How many matrices are written. */
    int count() {
        return journal.lines().size();
    }

    /** The first matrix that was written and has changed since; empty if there is none. */
    Optional<String> damaged() {
        return damaged;
    }

    /** The errors of those that are changed. */
    List<Fidelity> losses() {
        return List.copyOf(losses);
    }

    /** Adds the next matrix of the plan, whose arrays the file has. */
    void add(String weight, Optional<Fidelity> loss) {
        arrays.flush();
        String sums = arrays(plan.steps().get(count())).stream()
                .map(array -> Integer.toHexString(arrays.checksum(array.name())))
                .collect(Collectors.joining(","));
        journal.add(weight + BETWEEN + sums + loss.map(ConversionJournal::line).orElse(""));
        loss.ifPresent(losses::add);
    }

    private static String line(Fidelity loss) {
        return String.join(
                BETWEEN,
                "",
                Double.toString(loss.relativeFrobenius()),
                loss.outputError().isPresent()
                        ? Double.toString(loss.outputError().getAsDouble())
                        : "",
                loss.methods().stream().map(CompressionMethod::name).collect(Collectors.joining(",")),
                Double.toString(loss.seconds()),
                loss.spectrum().map(JsonMapper.shared()::writeValueAsString).orElse(""));
    }

    private static Optional<Fidelity> read(String[] cells) {
        if (cells.length != CHANGED) {
            return Optional.empty();
        }
        return Optional.of(new Fidelity(
                cells[0],
                Double.parseDouble(cells[2]),
                cells[3].isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(Double.parseDouble(cells[3])),
                Arrays.stream(cells[4].split(",", -1))
                        .filter(name -> !name.isEmpty())
                        .map(CompressionMethod::valueOf)
                        .toList(),
                Double.parseDouble(cells[5]),
                cells[6].isEmpty()
                        ? Optional.empty()
                        : Optional.of(JsonMapper.shared().readValue(cells[6], TruncatedSpectrum.class))));
    }
}
