package dev.lancet.runtime.train.log;

import dev.lancet.runtime.device.GpuUsage;
import dev.lancet.runtime.memory.AllocatorPeak;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The lines of {@code metrics.jsonl}. A line that is incomplete because the process was killed counts as not written. */
public final class Metrics {

    public static final String FILE = "metrics.jsonl";

    private static final String WAITED = "waited_milliseconds";
    private static final String SENT = "bytes_sent";
    private static final JsonMapper JSON = new JsonMapper();

    private Metrics() {}

    public static String line(TrainingLog.Point point) {
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
        point.card().ifPresent(card -> {
            line.put("gpu_utilization", card.utilization());
            line.put("gpu_memory", card.bytes());
        });
        point.allocator().ifPresent(allocator -> {
            line.put("allocator_peak", allocator.peak());
            line.put("allocator_variables", allocator.variables());
            line.put("allocator_temporaries", allocator.temporaries());
        });
        point.communication().ifPresent(communication -> {
            line.put(WAITED, communication.waited());
            line.put(SENT, communication.bytes());
        });
        return JSON.writeValueAsString(line);
    }

    /** The curves of a step, with the same names as in its line. */
    public static Map<String, Double> curves(TrainingLog.Point point) {
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("loss", point.loss());
        values.put("gradient_norm", point.gradientNorm());
        values.put("rate", point.rate());
        values.put("tokens_per_second", point.tokensPerSecond());
        if (point.resident() > 0) {
            values.put("resident_bytes", (double) point.resident());
        }
        point.scaled().ifPresent(scaled -> values.put("loss_scale", scaled.factor()));
        point.card().ifPresent(card -> {
            values.put("gpu_utilization", card.utilization());
            values.put("gpu_memory", (double) card.bytes());
        });
        point.communication().ifPresent(communication -> {
            values.put("communication_share", communication.meanWaited() / point.milliseconds());
            values.put(SENT, (double) communication.bytes());
        });
        values.values().removeIf(value -> !Double.isFinite(value));
        return values;
    }

    /** Omits numbers that are not finite. */
    private static void known(Map<String, Object> line, String name, double value) {
        if (Double.isFinite(value)) {
            line.put(name, value);
        }
    }

    public static String line(TrainingLog.Validation validation) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("step", validation.step());
        line.put("validation_loss", validation.loss());
        return JSON.writeValueAsString(line);
    }

    public static String stopped(int step, String why) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("step", step);
        line.put("stopped", why);
        return JSON.writeValueAsString(line);
    }

    /** The step of a line, or empty if the line is incomplete. */
    public static Optional<Integer> step(String line) {
        return tree(line).filter(tree -> tree.path("step").isInt()).map(tree -> tree.path("step")
                .intValue());
    }

    /** The point that a line records, or empty if it records something else. */
    public static Optional<TrainingLog.Point> point(String line) {
        return tree(line)
                .filter(tree -> tree.path("milliseconds").isNumber())
                .map(tree -> new TrainingLog.Point(
                        tree.path("step").asInt(0),
                        tree.path("tokens").asLong(0),
                        tree.path("loss").asDouble(Double.NaN),
                        tree.path("gradient_norm").asDouble(Double.NaN),
                        tree.path("rate").asDouble(Double.NaN),
                        tree.path("milliseconds").asDouble(),
                        tree.path("resident_bytes").asLong(0),
                        scaled(tree),
                        card(tree),
                        allocator(tree),
                        communication(tree)));
    }

    private static Optional<GpuUsage> card(JsonNode tree) {
        return Optional.of(tree.path("gpu_utilization"))
                .filter(JsonNode::isNumber)
                .map(percent ->
                        new GpuUsage(percent.asDouble(), tree.path("gpu_memory").asLong(0)));
    }

    private static Optional<TrainingLog.Communication> communication(JsonNode tree) {
        List<Double> waited = new ArrayList<>();
        tree.path(WAITED).forEach(time -> waited.add(time.asDouble(0)));
        return waited.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new TrainingLog.Communication(waited, tree.path(SENT).asLong(0)));
    }

    private static Optional<AllocatorPeak> allocator(JsonNode tree) {
        return Optional.of(tree.path("allocator_peak"))
                .filter(JsonNode::isNumber)
                .map(peak -> new AllocatorPeak(
                        peak.asLong(0),
                        tree.path("allocator_variables").asLong(0),
                        tree.path("allocator_temporaries").asLong(0)));
    }

    private static Optional<TrainingLog.Scaled> scaled(JsonNode tree) {
        return Optional.of(tree.path("loss_scale"))
                .filter(JsonNode::isNumber)
                .map(factor -> new TrainingLog.Scaled(
                        factor.asDouble(), tree.path("skipped").asBoolean(false)));
    }

    /** The validation that a line records, or empty if it records something else. */
    public static Optional<TrainingLog.Validation> validation(String line) {
        return tree(line)
                .filter(tree -> tree.path("validation_loss").isNumber())
                .map(tree -> new TrainingLog.Validation(
                        tree.path("step").asInt(0), tree.path("validation_loss").asDouble()));
    }

    private static Optional<JsonNode> tree(String line) {
        try {
            return Optional.of(JSON.readTree(line)).filter(JsonNode::isObject);
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }
}
