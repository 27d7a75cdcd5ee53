package dev.lancet.runtime.report.page;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A logarithmic scale: losses fall fast at first and slowly later, and the small differences at the end matter.
 *
 * @param least the lower end, above 0
 * @param most the upper end
 */
public record LogAxis(double least, double most) {

    private static final double[] POWERS = {1};
    private static final double[] ROUND = {1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8};
    private static final double SMALLEST = 1e-3;

    /** From this range on, only powers of ten are marked. */
    private static final double WIDE = 1000;

    private static final double MARGIN = 1.04;

    /** A scale that holds both values; what is below 0.001 counts as 0.001. */
    public static LogAxis over(double least, double most) {
        double from = Math.max(SMALLEST, least) / MARGIN;
        return new LogAxis(from, Math.max(from * MARGIN, most) * MARGIN);
    }

    /** Round numbers between the ends, with enough distance between them. */
    public List<Double> ticks() {
        List<Double> ticks = new ArrayList<>();
        for (double power = Math.pow(10, Math.floor(Math.log10(least))); power <= most; power *= 10) {
            for (double round : most / least >= WIDE ? POWERS : ROUND) {
                double tick = power * round;
                boolean apart = ticks.isEmpty() || share(tick) - share(ticks.get(ticks.size() - 1)) > 0.08;
                if (tick >= least && tick <= most && apart) {
                    ticks.add(tick);
                }
            }
        }
        return ticks;
    }

    /** The position of a value between the lower end (0) and the upper one (1). */
    public double share(double value) {
        double inside = Math.min(most, Math.max(least, value));
        return Math.log(inside / least) / Math.log(most / least);
    }

    /** A mark in at most three digits. */
    public static String label(double tick) {
        return String.format(Locale.ROOT, "%.3g", tick).replaceFirst("\\.0*$|(\\.\\d*?)0+$", "$1");
    }
}
