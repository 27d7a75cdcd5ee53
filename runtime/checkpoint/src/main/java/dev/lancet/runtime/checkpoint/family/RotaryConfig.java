package dev.lancet.runtime.checkpoint.family;

import dev.lancet.dsl.Position;
import dev.lancet.runtime.json.ConfigJson;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Reads and writes rotary positions in a config.json, in the layouts of transformers 4 and 5. */
final class RotaryConfig {

    private static final double USUAL_THETA = 10_000;

    private RotaryConfig() {}

    static Position.Rotary read(ConfigJson config) {
        Optional<ConfigJson> parameters = config.object("rope_parameters");
        Optional<ConfigJson> scaling = parameters.isPresent() ? parameters : config.object("rope_scaling");
        double theta = parameters
                .flatMap(some -> some.number("rope_theta"))
                .or(() -> config.number("rope_theta"))
                .orElse(USUAL_THETA);
        double share = parameters
                .flatMap(some -> some.number("partial_rotary_factor"))
                .or(() -> config.number("partial_rotary_factor"))
                .orElse(1.0);
        if (share != 1) {
            throw config.unsupported("partial_rotary_factor", share, "1");
        }
        Position.Rotary plain = Position.rotary(theta);
        return scaling.map(some -> plain.scaling(scaling(some))).orElse(plain);
    }

    private static Position.Scaling scaling(ConfigJson config) {
        String key = config.has("rope_type") ? "rope_type" : "type";
        String type = config.text(key).orElse("default");
        return switch (type) {
            case "default" -> new Position.Unscaled();
            case "linear" -> Position.linearScaling(config.requiredNumber("factor"));
            case "llama3" ->
                Position.llama3Scaling(
                        config.requiredNumber("factor"),
                        config.requiredNumber("low_freq_factor"),
                        config.requiredNumber("high_freq_factor"),
                        config.requiredInteger("original_max_position_embeddings"));
            default -> throw config.unsupported(key, type, "default, linear or llama3");
        };
    }

    static void write(Position.Rotary rotary, Map<String, Object> config) {
        config.put("rope_theta", rotary.theta());
        Map<String, Object> scaling = new LinkedHashMap<>();
        if (rotary.scaling() instanceof Position.Linear linear) {
            scaling.put("rope_type", "linear");
            scaling.put("factor", linear.factor());
        } else if (rotary.scaling() instanceof Position.Llama3 llama3) {
            scaling.put("rope_type", "llama3");
            scaling.put("factor", llama3.factor());
            scaling.put("low_freq_factor", llama3.lowFactor());
            scaling.put("high_freq_factor", llama3.highFactor());
            scaling.put("original_max_position_embeddings", llama3.trainedContext());
        }
        if (!scaling.isEmpty()) {
            config.put("rope_scaling", scaling);
        }
    }
}
