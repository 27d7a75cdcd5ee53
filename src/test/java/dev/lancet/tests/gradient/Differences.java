package dev.lancet.tests.gradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Offset;

/** Central finite differences of a loss, and how far two gradients are apart. */
final class Differences {

    private static final double STEP = 1e-5;

    private Differences() {}

    /** The slope of the loss along element {@code at} of a variable, whose values are put back afterwards. */
    static double slope(Trial trial, String variable, double[] values, int at, String loss) {
        double[] moved = values.clone();
        moved[at] = values[at] + STEP;
        trial.set(variable, moved);
        double above = trial.fetch(loss)[0];
        moved[at] = values[at] - STEP;
        trial.set(variable, moved);
        double below = trial.fetch(loss)[0];
        trial.set(variable, values);
        return (above - below) / (2 * STEP);
    }

    static double norm(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value * value;
        }
        return Math.sqrt(sum);
    }

    /** Fails if the two are further apart than {@code tolerance} times the length of the expected one, or of 0.01. */
    static void assertClose(String what, double[] actual, double[] expected, double tolerance) {
        assertThat(actual).as(what).hasSameSizeAs(expected);
        double[] difference = new double[actual.length];
        for (int i = 0; i < actual.length; i++) {
            difference[i] = actual[i] - expected[i];
        }
        Offset<Double> allowed = within(tolerance * Math.max(norm(expected), 0.01));
        assertThat(norm(difference)).as(what).isCloseTo(0, allowed);
    }
}
