package dev.lancet.cli;

import dev.lancet.dsl.plan.EqualRows;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The matrices of two models that are stored in different ways, matched by name.
 *
 * @param changed the matrices that differ, in the order of the first model, then those that only the second has
 * @param same how many are stored in the same way
 */
record MatrixChanges(List<Change> changed, int same) {

    private static final String NONE = "none";

    MatrixChanges {
        changed = List.copyOf(changed);
    }

    /**
     * A matrix in two models, one of which may not have it.
     *
     * @param before how the first model stores it
     * @param after how the second model stores it
     */
    record Change(Optional<InspectedMatrix> before, Optional<InspectedMatrix> after) {

        private InspectedMatrix either() {
            return before.or(() -> after).orElseThrow();
        }

        String name() {
            return either().name();
        }

        private List<Integer> shape() {
            return either().shape();
        }

        private String form() {
            return before.map(InspectedMatrix::form).orElse(NONE) + " -> "
                    + after.map(InspectedMatrix::form).orElse(NONE);
        }

        private String bytes() {
            return String.format(
                    Locale.ROOT,
                    "%,d -> %,d bytes",
                    before.map(InspectedMatrix::bytes).orElse(0L),
                    after.map(InspectedMatrix::bytes).orElse(0L));
        }

        private String rest() {
            return shape() + form() + bytes();
        }
    }

    /** Compares the matrices of two models. A matrix whose shape differs has changed too. */
    static MatrixChanges of(List<InspectedMatrix> before, List<InspectedMatrix> after) {
        Map<String, InspectedMatrix> later = after.stream()
                .collect(Collectors.toMap(InspectedMatrix::name, Function.identity(), (one, other) -> one));
        List<Change> changed = new ArrayList<>();
        int same = 0;
        for (InspectedMatrix matrix : before) {
            InspectedMatrix now = later.remove(matrix.name());
            if (matrix.equals(now)) {
                same++;
            } else {
                changed.add(new Change(Optional.of(matrix), Optional.ofNullable(now)));
            }
        }
        after.stream()
                .filter(matrix -> later.containsKey(matrix.name()))
                .forEach(matrix -> changed.add(new Change(Optional.empty(), Optional.of(matrix))));
        return new MatrixChanges(changed, same);
    }

    /** A line for each matrix; equal matrices of several blocks share a line. Empty if nothing changed. */
    String table() {
        List<EqualRows<Change>> rows = EqualRows.of(changed, Change::name, Change::rest);
        int name = width(rows, EqualRows::name);
        int shape = width(rows, row -> row.first().shape().toString());
        int form = width(rows, row -> row.first().form());
        StringBuilder text = new StringBuilder();
        for (EqualRows<Change> row : rows) {
            text.append(String.format(
                    Locale.ROOT,
                    "  %-" + name + "s  %-" + shape + "s  %-" + form + "s  %s%s%n",
                    row.name(),
                    row.first().shape(),
                    row.first().form(),
                    row.count() == 1 ? "" : row.count() + " times ",
                    row.first().bytes()));
        }
        return text.toString();
    }

    private static int width(List<EqualRows<Change>> rows, Function<EqualRows<Change>, String> text) {
        return rows.stream().mapToInt(row -> text.apply(row).length()).max().orElse(1);
    }

    /** {@code 15 of 17 matrices are stored otherwise}. */
    String summary() {
        return changed.size() + " of " + (changed.size() + same) + " matrices are stored otherwise";
    }

    List<Map<String, @Nullable Object>> document() {
        return changed.stream()
                .map(change -> {
                    Map<String, @Nullable Object> entry = new LinkedHashMap<>();
                    entry.put("name", change.name());
                    entry.put(
                            "before",
                            change.before().map(InspectedMatrix::document).orElse(null));
                    entry.put(
                            "after",
                            change.after().map(InspectedMatrix::document).orElse(null));
                    return entry;
                })
                .toList();
    }
}
