package dev.lancet.runtime.train.log;

import dev.lancet.runtime.device.GpuUsage;
import dev.lancet.runtime.memory.AllocatorPeak;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/**
 * What a training did, step by step.
 *
 * @param points one a step
 * @param validations what the held-out text said on the way
 * @param tokensPerSecond median over the steps, without the first three, which warm up
 * @param seconds wall time of all steps, validations included
 * @param best the validation whose weights it has, where it may end early; empty if it has those of the last step
 */
public record TrainingLog(
        List<Point> points,
        List<Validation> validations,
        double tokensPerSecond,
        double seconds,
        Optional<Validation> best) {

    /**
     * One optimiser step.
     *
     * @param step counted from 1
     * @param tokens trained on so far
     * @param loss mean negative log likelihood of the batch before the step, in nats per token
     * @param gradientNorm global norm before clipping
     * @param rate learning rate
     * @param milliseconds wall time
     * @param resident bytes of memory that the process held after it, 0 where the system does not say
     * @param scaled what became of the scaled loss, empty where it is not scaled
     * @param card how busy the card was since the step before, empty where it computes on no card or nothing is known of it
     * @param allocator what the step took of the device's memory, empty where it was not traced
     */
    public record Point(
            int step,
            long tokens,
            double loss,
            double gradientNorm,
            double rate,
            double milliseconds,
            long resident,
            Optional<Scaled> scaled,
            Optional<GpuUsage> card,
            Optional<AllocatorPeak> allocator) {

        /** How fast the step was. */
        public double tokensPerSecond() {
            return tokens / (double) step / milliseconds * 1e3;
        }

        /** Whether gradients overflowed, so that nothing was changed; loss and norm may then be no numbers. */
        public boolean skipped() {
            return scaled.map(Scaled::skipped).orElse(false);
        }
    }

    /**
     * The scaled loss of a step in float16.
     *
     * @param factor by which it was multiplied
     * @param skipped whether gradients overflowed, so that nothing was changed
     */
    public record Scaled(double factor, boolean skipped) {}

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
                seconds + after.seconds,
                after.best);
    }

    /** Steps that changed nothing, for gradients overflowed in float16. */
    public int skipped() {
        return (int) points.stream().filter(Point::skipped).count();
    }

    /** Optimiser steps, with those that were skipped. */
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

    /** What held-out text said of the weights that it has, or empty if it was not looked at. */
    public OptionalDouble validationLoss() {
        return best.or(() -> validations.stream().reduce((before, after) -> after)).stream()
                .mapToDouble(Validation::loss)
                .findFirst();
    }

    /** Where its weights are not those of the last step: which they are, for people; else nothing. */
    public String ending() {
        return best.filter(validation ->
                        validation.step() < points.get(points.size() - 1).step())
                .map(validation -> String.format(
                        Locale.ROOT,
                        "stopped after step %,d with the weights of step %,d, the best validation",
                        points.get(points.size() - 1).step(),
                        validation.step()))
                .orElse("");
    }
}
