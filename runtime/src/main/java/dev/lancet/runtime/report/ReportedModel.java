package dev.lancet.runtime.report;

import dev.lancet.dsl.plan.Plan;
import java.util.List;
import java.util.OptionalDouble;

/**
 * One model of a report.
 *
 * @param name its name
 * @param parameters the number of parameters, without scales
 * @param bytes the bytes of its stored weights, with scales
 * @param bytesBefore the bytes of the dense float32 model
 * @param measured the measurements
 * @param repeats the results for each seed, if there are several; the loss is then their mean
 */
public record ReportedModel(
        String name, long parameters, long bytes, long bytesBefore, Measured measured, List<Report.Repeat> repeats) {

    /**
     * The measurements of a model; empty where nothing was measured.
     *
     * @param tokensPerSecond training speed; empty for a model that was made from another without training
     * @param written tokens per second in generation, one text at a time
     * @param validationLoss mean negative log likelihood over held-out text, in nats per token
     * @param perplexity perplexity over the evaluation text
     * @param cosine of a graph's outputs to those of the first model: the least over the outputs of their means over rows
     */
    public record Measured(
            OptionalDouble tokensPerSecond,
            OptionalDouble written,
            OptionalDouble validationLoss,
            OptionalDouble perplexity,
            OptionalDouble cosine) {

        /** No measurements yet. */
        public static Measured nothing() {
            OptionalDouble none = OptionalDouble.empty();
            return new Measured(none, none, none, none, none);
        }
    }

    public ReportedModel {
        repeats = List.copyOf(repeats);
    }

    /** A model that follows a plan, without measurements. */
    public static ReportedModel of(String name, Plan plan) {
        return new ReportedModel(
                name, plan.parametersAfter(), plan.bytesAfter(), plan.bytesBefore(), Measured.nothing(), List.of());
    }

    /** The same model with measurements. */
    public ReportedModel measured(Measured values) {
        return new ReportedModel(name, parameters, bytes, bytesBefore, values, repeats);
    }

    /** The same model with the results for each seed. */
    public ReportedModel repeated(List<Report.Repeat> repeats) {
        return new ReportedModel(name, parameters, bytes, bytesBefore, measured, repeats);
    }

    /** The sample standard deviation of the losses over the seeds; empty for one seed. */
    public OptionalDouble spread() {
        return spread(repeats.stream().map(Report.Repeat::loss).toList());
    }

    /** The sample standard deviation of some values; empty for fewer than two. */
    static OptionalDouble spread(List<Double> values) {
        if (values.size() < 2) {
            return OptionalDouble.empty();
        }
        double mean = values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
        double squares = values.stream()
                .mapToDouble(value -> (value - mean) * (value - mean))
                .sum();
        return OptionalDouble.of(Math.sqrt(squares / (values.size() - 1)));
    }

    /** The size before divided by the size now. */
    public double compression() {
        return (double) bytesBefore / bytes;
    }
}
