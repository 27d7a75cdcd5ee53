package dev.lancet.runtime.calibration;

import dev.lancet.compression.calibration.GramMatrices;
import dev.lancet.compression.calibration.GramMatrix;
import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Warns of layers that saw fewer rows than they have inputs. Their Gram matrix has directions that no row shows; damping
 * alone decides there.
 */
public final class TooFewRowsWarning {

    private TooFewRowsWarning() {}

    /** One line about the layers that a plan changes; empty if all of them saw enough rows. */
    public static Optional<String> of(Plan plan, GramMatrices grams) {
        List<Weight> few = plan.changed().stream()
                .filter(step -> step.rank().isPresent() || step.precision().quantized())
                .map(Step::weight)
                .filter(weight ->
                        grams.of(weight.name()).filter(TooFewRowsWarning::few).isPresent())
                .toList();
        return few.stream()
                .max(Comparator.comparingDouble(weight -> missing(grams, weight)))
                .map(worst -> line(worst.name(), grams.of(worst.name()).orElseThrow(), few.size() - 1));
    }

    private static boolean few(GramMatrix gram) {
        return gram.rows() < gram.width();
    }

    private static double missing(GramMatrices grams, Weight weight) {
        return grams.of(weight.name())
                .map(gram -> (double) gram.width() / Math.max(1, gram.rows()))
                .orElse(0d);
    }

    private static String line(String name, GramMatrix gram, int others) {
        return "calibrate: " + gram.rows() + " rows for " + gram.width() + " inputs of " + name
                + (others == 0
                        ? ""
                        : ", and also too few for " + others + (others == 1 ? " other layer" : " other layers"))
                + "; at least " + gram.width()
                + " are wanted, so damping decides a part of the result; give more data or a larger --samples";
    }
}
