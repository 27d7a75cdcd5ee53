package dev.lancet.runtime.train;

import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/**
 * What a training did, step by step.
 *
 * @param points one a step
 * @param validations what the held-out text said on the way
 * @param tokensPerSecond median over the steps, without the first three, which warm up
 * @param seconds wall time of all steps, validations included
 */
public record TrainingLog(List<Point> points, List<Validation> validations, double tokensPerSecond, double seconds) {

    /**
     * One optimiser step.
     *
     * @param step counted from 1
     * @param tokens trained on so far
     * @param loss mean negative log likelihood of the batch before the step, in nats per token
     * @param gradientNorm global norm before clipping
     * @param rate learning rate
     * @param milliseconds wall time
     */
    public record Point(int step, long tokens, double loss, double gradientNorm, double rate, double milliseconds) {}

    /**
     * One look at held-out text.
     *
     * @param step after which step
     * @param loss mean negative log likelihood in nats per token
     */
    public record Validation(int step, double loss) {}

    public TrainingLog {
        points = List.copyOf(points);
        validations = List.copyOf(validations);
    }

    /** This, and what came after it; the speed is that of what came after. */
    public TrainingLog then(TrainingLog after) {
        return new TrainingLog(
                Stream.concat(points.stream(), after.points.stream()).toList(),
                Stream.concat(validations.stream(), after.validations.stream()).toList(),
                after.tokensPerSecond,
                seconds + after.seconds);
    }

    /** Optimiser steps. */
    public int steps() {
        return points.size();
    }

    /** Tokens trained on. */
    public long tokens() {
        return points.isEmpty() ? 0 : points.get(points.size() - 1).tokens();
    }

    /** Loss of the last batch. */
    public double loss() {
        return points.isEmpty() ? Double.NaN : points.get(points.size() - 1).loss();
    }

    /** The last look at held-out text, or empty if there was none. */
    public OptionalDouble validationLoss() {
        return validations.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(validations.get(validations.size() - 1).loss());
    }
}
