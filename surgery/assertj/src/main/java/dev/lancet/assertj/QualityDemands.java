package dev.lancet.assertj;

import dev.lancet.dsl.plan.Plan;
import dev.lancet.surgery.comparison.ComparisonResult;
import dev.lancet.surgery.comparison.UniformComparison;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The demands of {@link QualityAssert}, with their messages. */
final class QualityDemands {

    private static final String WAY_OUT = "keep more rank or bits, add a correction, or calibrate on data like these";

    private QualityDemands() {}

    static QualityAssert.Demand cosine(Path smaller, double least) {
        return (comparison, original, data) -> {
            ComparisonResult result = comparison.compare(smaller, original, data);
            if (!(result instanceof ComparisonResult.Outputs outputs)) {
                return Optional.of("quality: " + smaller
                        + " is a language model, which has no cosine here; write losesPerplexityAtMost(0.02)");
            }
            return outputs.cosines().entrySet().stream()
                    .min((a, b) -> Double.compare(badness(a), badness(b)))
                    .filter(worst -> !(worst.getValue() >= least))
                    .map(worst -> String.format(
                            Locale.ROOT,
                            "quality: %s keeps a cosine of %.5f in the output '%s' against %s on %d rows, wanted at"
                                    + " least %s; %s",
                            smaller,
                            worst.getValue(),
                            worst.getKey(),
                            original,
                            outputs.rows(),
                            least,
                            WAY_OUT));
        };
    }

    /** The cosine; an output of NaN is worse than any other. */
    private static double badness(Map.Entry<String, Double> output) {
        return Double.isNaN(output.getValue()) ? Double.NEGATIVE_INFINITY : output.getValue();
    }

    static QualityAssert.Demand perplexity(Path smaller, double most) {
        return (comparison, original, data) -> {
            ComparisonResult result = comparison.compare(smaller, original, data);
            if (!(result instanceof ComparisonResult.Predictions predictions)) {
                return Optional.of(
                        "quality: " + smaller + " is a graph, which has no perplexity; write keepsCosine(0.99)");
            }
            return predictions.loss() <= most
                    ? Optional.empty()
                    : Optional.of(String.format(
                            Locale.ROOT,
                            "quality: the perplexity of %s is %.4f, %.4f of %s on %d rows: it loses %.4f, wanted at most"
                                    + " %s; %s",
                            smaller,
                            predictions.after(),
                            predictions.before(),
                            original,
                            predictions.rows(),
                            predictions.loss(),
                            most,
                            WAY_OUT));
        };
    }

    static QualityAssert.Demand uniform(Path smaller) {
        return (comparison, original, data) ->
                complaint(smaller.toString(), original, comparison.uniform(smaller, original, data));
    }

    static QualityAssert.Demand uniform(Plan plan) {
        return (comparison, original, data) ->
                complaint("the plan for " + plan.model(), original, comparison.uniform(plan, original, data));
    }

    private static Optional<String> complaint(String what, Path original, UniformComparison result) {
        return result.uniform()
                .filter(best -> !result.noWorse())
                .map(best -> String.format(
                        Locale.ROOT,
                        "quality: %s has the distance %.4g from %s in %,d bytes on %d held-out rows, wanted at most the %.4g"
                                + " of uniform %s in %,d bytes; take that setting, or calibrate on more data like these",
                        what,
                        result.chosen().distance(),
                        original,
                        result.chosen().bytes(),
                        result.rows(),
                        best.distance(),
                        best.name(),
                        best.bytes()));
    }
}
