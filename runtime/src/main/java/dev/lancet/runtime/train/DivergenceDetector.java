package dev.lancet.runtime.train;

import dev.lancet.dsl.recipe.ValidationPolicy;
import dev.lancet.runtime.train.log.TrainingLog;
import java.util.Optional;

/**
 * The running mean of a loss, and whether it stays far above its minimum. Each step has the weight 1/20, so a single hard
 * batch changes the mean little. The state follows from the losses alone; a resumed training passes the earlier losses
 * again.
 */
final class DivergenceDetector {

    private static final double SHARE = 1 / 20.0;

    private final Optional<ValidationPolicy.Divergence> limit;
    private double mean = Double.NaN;
    private double lowest = Double.POSITIVE_INFINITY;
    private int lowestStep;
    private int above;

    DivergenceDetector(Optional<ValidationPolicy.Divergence> limit) {
        this.limit = limit;
    }

    void see(TrainingLog.Point point) {
        mean = Double.isNaN(mean) ? point.loss() : mean + SHARE * (point.loss() - mean);
        if (mean < lowest) {
            lowest = mean;
            lowestStep = point.step();
        }
        above = limit.isPresent() && mean > lowest + limit.get().margin() ? above + 1 : 0;
    }

    /** Whether the mean is within the margin. */
    boolean calm() {
        return above == 0;
    }

    /** Whether the mean was outside the margin for too many steps. */
    boolean lost() {
        return limit.isPresent() && above >= limit.get().steps();
    }

    int lowestStep() {
        return lowestStep;
    }

    double lowest() {
        return lowest;
    }

    double mean() {
        return mean;
    }
}
