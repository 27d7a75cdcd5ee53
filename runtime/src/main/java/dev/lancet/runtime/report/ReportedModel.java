package dev.lancet.runtime.report;

import dev.lancet.dsl.plan.Plan;
import java.util.List;
import java.util.OptionalDouble;

/**
 * One model.
 *
 * @param name what it is called
 * @param parameters trainable numbers, scales not counted
 * @param bytes of its stored weights, scales counted
 * @param bytesBefore of the dense float32 model that it stands for
 * @param measured what was measured of it
 * @param repeats what it came to with each seed, where there are several; the loss is then their mean
 */
public record ReportedModel(
        String name, long parameters, long bytes, long bytesBefore, Measured measured, List<Report.Repeat> repeats) {

    /**
     * What was measured of a model; empty where it was not.
     *
     * @param tokensPerSecond in training; empty for a model that was not trained but made out of another
     * @param written tokens per second in generation, one text at a time
     * @param validationLoss mean negative log likelihood over held-out text, in nats a token
     * @param perplexity over the evaluation text
     */
    public record Measured(
            OptionalDouble tokensPerSecond,
            OptionalDouble written,
            OptionalDouble validationLoss,
            OptionalDouble perplexity) {

        /** Nothing yet. */
        public static Measured nothing() {
            OptionalDouble none = OptionalDouble.empty();
            return new Measured(none, none, none, none);
        }
    }

    public ReportedModel {
        repeats = List.copyOf(repeats);
    }

    /** A model that follows a plan, nothing measured yet. */
    public static ReportedModel of(String name, Plan plan) {
        return new ReportedModel(
                name, plan.parametersAfter(), plan.bytesAfter(), plan.bytesBefore(), Measured.nothing(), List.of());
    }

    /** With what was measured. */
    public ReportedModel measured(Measured values) {
        return new ReportedModel(name, parameters, bytes, bytesBefore, values, repeats);
    }

    /** With what it came to with each seed. */
    public ReportedModel repeated(List<Report.Repeat> repeats) {
        return new ReportedModel(name, parameters, bytes, bytesBefore, measured, repeats);
    }

    /** The sample standard deviation of the losses over the seeds; empty for one seed. */
    public OptionalDouble spread() {
        if (repeats.size() < 2) {
            return OptionalDouble.empty();
        }
        double mean =
                repeats.stream().mapToDouble(Report.Repeat::loss).average().orElseThrow();
        double squares = repeats.stream()
                .mapToDouble(repeat -> (repeat.loss() - mean) * (repeat.loss() - mean))
                .sum();
        return OptionalDouble.of(Math.sqrt(squares / (repeats.size() - 1)));
    }

    /** Bytes before over bytes now. */
    public double compression() {
        return (double) bytesBefore / bytes;
    }
}
