package dev.lancet.runtime.calibration;

import dev.lancet.compression.calibration.GramMatrices;
import dev.lancet.dsl.plan.Plan;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Warns of layers that saw fewer rows than they have inputs. Their Gram matrix has directions that no row shows; damping
 * alone decides there.
 */
public final class TooFewRowsWarning {

    private final Map<String, Seen> seen = new HashMap<>();

    private record Seen(long rows, int width) {
        boolean few() {
            return rows < width;
        }

        double missing() {
            return (double) width / Math.max(1, rows);
        }
    }

    /** A warning that no layer has been seen for yet. */
    public TooFewRowsWarning() {}

    /** One line about the layers that a plan changes; empty if all of them saw enough rows. */
    public static Optional<String> of(Plan plan, GramMatrices grams) {
        TooFewRowsWarning warning = new TooFewRowsWarning();
        warning.watching(GramSource.of(plan, grams)).read((matrices, measured) -> {});
        return warning.of(plan);
    }

    /** The same source; this warning counts the rows of what it passes on. */
    public GramSource watching(GramSource source) {
        return new ObservedGrams(source, this::count);
    }

    private void count(List<String> matrices, GramMatrices grams) {
        matrices.forEach(name -> grams.of(name).ifPresent(gram -> seen.put(name, new Seen(gram.rows(), gram.width()))));
    }

    /** One line about the layers that a plan changes; empty if all of them saw enough rows. */
    public Optional<String> of(Plan plan) {
        List<String> few = plan.changed().stream()
                .filter(step -> step.rank().isPresent() || step.precision().quantized())
                .map(step -> step.weight().name())
                .filter(name -> seen.containsKey(name)
                        && Objects.requireNonNull(seen.get(name)).few())
                .toList();
        return few.stream()
                .max(Comparator.comparingDouble(
                        name -> Objects.requireNonNull(seen.get(name)).missing()))
                .map(worst -> line(worst, Objects.requireNonNull(seen.get(worst)), few.size() - 1));
    }

    private static String line(String name, Seen gram, int others) {
        return "calibrate: " + gram.rows() + " rows for " + gram.width() + " inputs of " + name
                + (others == 0
                        ? ""
                        : ", and also too few for " + others + (others == 1 ? " other layer" : " other layers"))
                + "; at least " + gram.width()
                + " are wanted, so damping decides a part of the result; give more data or a larger --samples";
    }
}
