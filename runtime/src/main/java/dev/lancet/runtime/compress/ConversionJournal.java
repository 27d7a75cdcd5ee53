package dev.lancet.runtime.compress;

import dev.lancet.compression.Fidelity;
import dev.lancet.compression.TruncatedSpectrum;
import dev.lancet.dsl.CompressionMethod;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.io.Journal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;

/**
 * The matrices of a plan that are written, one line of a journal each in the order of the plan: the name and, if it is
 * changed, its errors, methods, seconds and, after a cut to a lower rank, singular values.
 */
final class ConversionJournal {

    private static final String BETWEEN = "\t";

    private final Journal journal;
    private final Plan plan;
    private final List<Fidelity> losses = new ArrayList<>();

    /** @throws LancetException if the journal has other matrices than the plan */
    ConversionJournal(Journal journal, Plan plan) {
        this.journal = journal;
        this.plan = plan;
        for (int i = 0; i < count(); i++) {
            String[] cells = journal.lines().get(i).split(BETWEEN, -1);
            if (i >= plan.steps().size() || !plan.steps().get(i).weight().name().equals(cells[0])) {
                throw new LancetException("resume: the journal names " + cells[0] + " where the plan of " + plan.model()
                        + " does not; start anew without --resume");
            }
            read(cells).ifPresent(losses::add);
        }
    }

    /** How many matrices are written. */
    int count() {
        return journal.lines().size();
    }

    /** The names of their arrays. */
    Set<String> arrays() {
        return plan.steps().subList(0, count()).stream()
                .map(Step::matrices)
                .flatMap(List::stream)
                .flatMap(matrix -> matrix.arrays().stream())
                .map(ArraySpec::name)
                .collect(Collectors.toSet());
    }

    /** The errors of those that are changed. */
    List<Fidelity> losses() {
        return List.copyOf(losses);
    }

    /** Adds the next matrix of the plan. */
    void add(String weight, Optional<Fidelity> loss) {
        journal.add(loss.map(ConversionJournal::line).orElse(weight));
        loss.ifPresent(losses::add);
    }

    private static String line(Fidelity loss) {
        return String.join(
                BETWEEN,
                loss.weight(),
                Double.toString(loss.relativeFrobenius()),
                loss.outputError().isPresent()
                        ? Double.toString(loss.outputError().getAsDouble())
                        : "",
                loss.methods().stream().map(CompressionMethod::name).collect(Collectors.joining(",")),
                Double.toString(loss.seconds()),
                loss.spectrum().map(JsonMapper.shared()::writeValueAsString).orElse(""));
    }

    private static Optional<Fidelity> read(String[] cells) {
        if (cells.length != 6) {
            return Optional.empty();
        }
        return Optional.of(new Fidelity(
                cells[0],
                Double.parseDouble(cells[1]),
                cells[2].isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(Double.parseDouble(cells[2])),
                Arrays.stream(cells[3].split(",", -1))
                        .filter(name -> !name.isEmpty())
                        .map(CompressionMethod::valueOf)
                        .toList(),
                Double.parseDouble(cells[4]),
                cells[5].isEmpty()
                        ? Optional.empty()
                        : Optional.of(JsonMapper.shared().readValue(cells[5], TruncatedSpectrum.class))));
    }
}
