package dev.lancet.tests.gradient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.assertj.core.data.Offset;

/** Central finite differences of a loss, and how far two gradients are apart. */
final class Differences {

    private static final double STEP = 1e-5;

    private Differences() {}

    /** The slope of the loss along element {@code at} of a variable, whose values are put back afterwards. */
    static double slope(Trial trial, String variable, double[] values, int at, String loss) {
        double[] direction = new double[values.length];
        direction[at] = 1;
        return slope(trial, variable, values, direction, loss);
    }

    /** The slope along a direction in the space of all elements. */
    private static double slope(Trial trial, String variable, double[] values, double[] direction, String loss) {
        trial.set(variable, moved(values, direction, STEP));
        double above = trial.fetch(loss)[0];
        trial.set(variable, moved(values, direction, -STEP));
        double below = trial.fetch(loss)[0];
        trial.set(variable, values);
        return (above - below) / (2 * STEP);
    }

    private static double[] moved(double[] values, double[] direction, double step) {
        double[] moved = values.clone();
        for (int i = 0; i < moved.length; i++) {
            moved[i] += step * direction[i];
        }
        return moved;
    }

    /**
     * Fails if a gradient is zero, or is not the slope of the loss along a random direction. All elements have a share in
     * the direction, so one that is wrong is seen.
     *
     * @param steep computes the loss in float64, with these values in its variable
     */
    static void assertSlope(String variable, double[] gradient, Trial steep, double[] values, Random random) {
        double[] direction = new double[values.length];
        double along = 0;
        for (int i = 0; i < direction.length; i++) {
            direction[i] = random.nextGaussian();
            along += gradient[i] * direction[i];
        }
        assertThat(norm(gradient)).as(variable).isPositive();
        double expected = slope(steep, variable, values, direction, "loss");
        double tolerance = 1e-4 * Math.max(norm(gradient), Math.abs(expected));
        assertThat(along).as("%s along a direction", variable).isCloseTo(expected, within(tolerance));
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
