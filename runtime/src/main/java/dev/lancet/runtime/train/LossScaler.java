package dev.lancet.runtime.train;

import dev.lancet.runtime.train.log.TrainingLog;
import java.util.List;

/**
 * By what the loss of a float16 training is multiplied (Micikevicius et al., arXiv 1710.03740, section 3.2): half of it after
 * a step whose gradients overflowed, twice as much after many that did not. It follows from the points behind alone, so that
 * a training that is taken up goes on with the same.
 *
 * @param factor a power of two
 * @param good steps since it last changed
 * @param skipped steps so far that overflowed and changed nothing
 */
public record LossScaler(double factor, int good, int skipped) {

    /** After so many good steps it is doubled. */
    static final int PATIENCE = 2000;

    private static final double FIRST = 0x1p15;
    private static final double MOST = 0x1p24;

    /** That of the step after these. */
    static LossScaler after(List<TrainingLog.Point> points) {
        LossScaler scaler = new LossScaler(FIRST, 0, 0);
        for (TrainingLog.Point point : points) {
            scaler =
                    scaler.after(point.scaled().map(TrainingLog.Scaled::skipped).orElse(false));
        }
        return scaler;
    }

    /** That of the step after this one. */
    LossScaler after(boolean overflow) {
        if (overflow) {
            return new LossScaler(factor / 2, 0, skipped + 1);
        }
        return good + 1 < PATIENCE
                ? new LossScaler(factor, good + 1, skipped)
                : new LossScaler(Math.min(MOST, 2 * factor), 0, skipped);
    }

    /** Whether a step that overflows may be skipped, or it is no overflow. */
    boolean mayFall() {
        return factor > 1;
    }
}
