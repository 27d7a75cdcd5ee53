package dev.lancet.runtime.report.page;

import java.util.ArrayList;
import java.util.List;

/**
 * A scale with round marks: 1, 2 or 5 times a power of ten apart.
 *
 * @param from the lowest mark
 * @param step between two marks
 * @param marks the number of marks
 */
public record Axis(double from, double step, int marks) {

    private static final int WANTED = 5;

    /** A scale that holds both values. */
    public static Axis over(double least, double most) {
        double span = most > least ? most - least : Math.max(1, Math.abs(least));
        double rough = span / WANTED;
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        double lead = rough / power;
        double step = power * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10);
        double from = Math.floor(least / step + 1e-9) * step;
        int marks = (int) Math.ceil((Math.max(most, least) - from) / step - 1e-9) + 1;
        return new Axis(from, step, Math.max(2, marks));
    }

    /** The marks. */
    public List<Double> ticks() {
        List<Double> ticks = new ArrayList<>();
        for (int mark = 0; mark < marks; mark++) {
            ticks.add(from + mark * step);
        }
        return ticks;
    }
}
