package dev.lancet.runtime.train;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The lines of {@code metrics.jsonl}. A line that was cut off when a run was killed counts as not written. */
final class Metrics {

    static final String FILE = "metrics.jsonl";

    private static final JsonMapper JSON = new JsonMapper();

    private Metrics() {}

    static String line(TrainingLog.Point point) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("step", point.step());
        line.put("tokens", point.tokens());
        known(line, "loss", point.loss());
        known(line, "gradient_norm", point.gradientNorm());
        line.put("rate", point.rate());
        line.put("milliseconds", point.milliseconds());
        if (point.resident() > 0) {
            line.put("resident_bytes", point.resident());
        }
        point.scaled().ifPresent(scaled -> {
            line.put("loss_scale", scaled.factor());
            line.put("skipped", scaled.skipped());
        });
        return JSON.writeValueAsString(line);
    }

    /** A number that overflowed is none. */
    private static void known(Map<String, Object> line, String name, double value) {
        if (Double.isFinite(value)) {
            line.put(name, value);
        }
    }

    static String line(TrainingLog.Validation validation) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("step", validation.step());
        line.put("validation_loss", validation.loss());
        return JSON.writeValueAsString(line);
    }

    static String stopped(int step, String why) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("step", step);
        line.put("stopped", why);
        return JSON.writeValueAsString(line);
    }

    /** The step of a line, or empty where the line is not whole. */
    static Optional<Integer> step(String line) {
        return tree(line).filter(tree -> tree.path("step").isInt()).map(tree -> tree.path("step")
                .intValue());
    }

    /** The point that a line records, or empty where it records something else. */
    static Optional<TrainingLog.Point> point(String line) {
        return tree(line)
                .filter(tree -> tree.path("milliseconds").isNumber())
                .map(tree -> new TrainingLog.Point(
                        tree.path("step").asInt(),
                        tree.path("tokens").asLong(),
                        tree.path("loss").asDouble(Double.NaN),
                        tree.path("gradient_norm").asDouble(Double.NaN),
                        tree.path("rate").asDouble(),
                        tree.path("milliseconds").asDouble(),
                        tree.path("resident_bytes").asLong(0),
                        scaled(tree)));
    }

    private static Optional<TrainingLog.Scaled> scaled(JsonNode tree) {
        return Optional.of(tree.path("loss_scale"))
                .filter(JsonNode::isNumber)
                .map(factor -> new TrainingLog.Scaled(
                        factor.asDouble(), tree.path("skipped").asBoolean()));
    }

    /** The validation that a line records, or empty where it records something else. */
    static Optional<TrainingLog.Validation> validation(String line) {
        return tree(line)
                .filter(tree -> tree.path("validation_loss").isNumber())
                .map(tree -> new TrainingLog.Validation(
                        tree.path("step").asInt(), tree.path("validation_loss").asDouble()));
    }

    private static Optional<JsonNode> tree(String line) {
        try {
            return Optional.of(JSON.readTree(line)).filter(JsonNode::isObject);
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }
}
