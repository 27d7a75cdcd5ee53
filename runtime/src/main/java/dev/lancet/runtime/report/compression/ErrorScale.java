package dev.lancet.runtime.report.compression;

import java.util.List;

/** Colours and places of relative errors on a logarithmic scale from 0.1 % to 100 %, so that 90 % looks nothing like 0.7 %. */
final class ErrorScale {

    private static final double LEAST = 1e-3;

    /** Where the next colour begins. */
    private static final double[] STEPS = {0.01, 0.03, 0.1, 0.3};

    private ErrorScale() {}

    /** The meaning of each colour, the least error first. */
    static List<String> legend() {
        return List.of("below 1 %", "1 to 3 %", "3 to 10 %", "10 to 30 %", "above 30 %");
    }

    /** The CSS class of an error, {@code e0} to {@code e4}. */
    static String style(double error) {
        int at = 0;
        while (at < STEPS.length && !(error < STEPS[at])) {
            at++;
        }
        return "e" + at;
    }

    /** The place of an error in percent of the width of the scale. */
    static double place(double error) {
        double inside = Double.isNaN(error) ? 1 : Math.min(1, Math.max(LEAST, error));
        return 100 * (1 - Math.log10(inside) / Math.log10(LEAST));
    }
}
