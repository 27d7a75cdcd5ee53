package dev.lancet.runtime.train.log;

import dev.lancet.runtime.device.GpuUsage;
import dev.lancet.runtime.memory.AllocatorPeak;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/**
 * The record of a training, step by step.
 *
 * @param points one per step
 * @param validations the validations on held-out text
 * @param tokensPerSecond median over the steps, without the first three, which warm up
 * @param seconds wall time of all steps, validations included
 * @param best the validation whose weights the model has, if early stopping is on; empty if it has those of the last
 *     step
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
     * @param resident bytes of memory that the process held after the step, 0 if the system does not report it
     * @param scaled the state of loss scaling, empty if the loss is not scaled
     * @param card how busy the GPU was since the previous step, empty without a GPU or if it is unknown
     * @param allocator the device memory that the step took, empty if it was not traced
     * @param communication what several workers had to do with each other, empty if there is one
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
            Optional<AllocatorPeak> allocator,
            Optional<Communication> communication) {

        /** How fast the step was. */
        public double tokensPerSecond() {
            return tokens / (double) step / milliseconds * 1e3;
        }

        /** Whether gradients overflowed, so that the step changed nothing; loss and norm may then be NaN or infinite. */
        public boolean skipped() {
            return scaled.map(Scaled::skipped).orElse(false);
        }
    }

    /**
     * The loss scale of a step in float16.
     *
     * @param factor the scale
     * @param skipped whether gradients overflowed, so that the step changed nothing
     */
    public record Scaled(double factor, boolean skipped) {}

    /**
     * The communication of several workers in a step.
     *
     * @param waited for every worker, the milliseconds of the step before this one between its last gradient and the last
     *     mean over all workers; what is sent while the backward pass still runs costs no time
     * @param bytes the bytes of gradients that each worker sends in a step
     */
    public record Communication(List<Double> waited, long bytes) {

        public Communication {
            waited = List.copyOf(waited);
        }

        /** The mean over the workers. */
        public double meanWaited() {
            return waited.stream().mapToDouble(Double::doubleValue).average().orElse(0);
        }
    }

    /**
     * One validation on held-out text.
     *
     * @param step the number of finished steps
     * @param loss mean negative log likelihood in nats per token
     */
    public record Validation(int step, double loss) {}

    public TrainingLog {
        points = List.copyOf(points);
        validations = List.copyOf(validations);
    }

    /** This log followed by another; the speed is that of the second. */
    public TrainingLog then(TrainingLog after) {
        return new TrainingLog(
                Stream.concat(points.stream(), after.points.stream()).toList(),
                Stream.concat(validations.stream(), after.validations.stream()).toList(),
                after.tokensPerSecond,
                seconds + after.seconds,
                after.best);
    }

    /** The number of steps that changed nothing because gradients overflowed in float16. */
    public int skipped() {
        return (int) points.stream().filter(Point::skipped).count();
    }

    /** The share of their time that several workers waited for each other's gradients; empty for one worker. */
    public OptionalDouble communicationShare() {
        double all = points.stream().mapToDouble(Point::milliseconds).sum();
        return points.stream().anyMatch(point -> point.communication().isPresent())
                ? OptionalDouble.of(points.stream()
                                .flatMap(point -> point.communication().stream())
                                .mapToDouble(Communication::meanWaited)
                                .sum()
                        / all)
                : OptionalDouble.empty();
    }

    /** The bytes of gradients that each worker sent. */
    public long bytesSent() {
        return points.stream()
                .flatMap(point -> point.communication().stream())
                .mapToLong(Communication::bytes)
                .sum();
    }

    /** The number of optimiser steps, including skipped ones. */
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

    /** The validation loss of the model's weights, or empty without validation. */
    public OptionalDouble validationLoss() {
        return best.or(() -> validations.stream().reduce((before, after) -> after)).stream()
                .mapToDouble(Validation::loss)
                .findFirst();
    }

    /** If the weights are not those of the last step: which they are, for people; otherwise empty. */
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
