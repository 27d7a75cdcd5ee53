package dev.lancet.runtime.train;

import dev.lancet.runtime.train.log.TrainingLog;
import java.util.List;

/**
 * The dynamic loss scale of float16 training (Micikevicius et al., arXiv 1710.03740, section 3.2): it is halved after a
 * step whose gradients overflowed, and doubled after many steps without overflow. It follows from the recorded points
 * alone, so a resumed training continues with the same scale.
 *
 * @param factor the scale, a power of two
 * @param good steps since the last change
 * @param skipped steps so far that overflowed and changed nothing
 */
public record LossScaler(double factor, int good, int skipped) {

    /** The scale is doubled after this many good steps. */
    static final int PATIENCE = 2000;

    private static final double FIRST = 0x1p15;
    private static final double MOST = 0x1p24;

    /** The scale for the step after these points. */
    static LossScaler after(List<TrainingLog.Point> points) {
        LossScaler scaler = new LossScaler(FIRST, 0, 0);
        for (TrainingLog.Point point : points) {
            scaler =
                    scaler.after(point.scaled().map(TrainingLog.Scaled::skipped).orElse(false));
        }
        return scaler;
    }

    /** The scale for the step after this one. */
    LossScaler after(boolean overflow) {
        if (overflow) {
            return new LossScaler(factor / 2, 0, skipped + 1);
        }
        return good + 1 < PATIENCE
                ? new LossScaler(factor, good + 1, skipped)
                : new LossScaler(Math.min(MOST, 2 * factor), 0, skipped);
    }

    /** Whether an overflow may be skipped; at the smallest scale it is not an overflow but a failure. */
    boolean mayFall() {
        return factor > 1;
    }
}
