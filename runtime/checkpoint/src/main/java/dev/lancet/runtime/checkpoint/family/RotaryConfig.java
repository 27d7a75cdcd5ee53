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
        return read(config, USUAL_THETA);
    }

    /** @param usualTheta the base of the frequencies if config.json names none */
    static Position.Rotary read(ConfigJson config, double usualTheta) {
        double share = share(config).orElse(1.0);
        if (share != 1) {
            throw config.unsupported("partial_rotary_factor", share, "1");
        }
        return whole(config, usualTheta);
    }

    /** Positions that may rotate only the first part of each head. */
    static Position.Rotary partial(ConfigJson config, double usualTheta, double usualShare, int headWidth) {
        double share = share(config).orElse(usualShare);
        int width = (int) (headWidth * share);
        if (width < 2 || width > headWidth || width % 2 != 0) {
            throw config.unsupported(
                    "partial_rotary_factor",
                    share,
                    "a share of heads of width " + headWidth + " that gives an even number");
        }
        Position.Rotary rotary = whole(config, usualTheta);
        return width == headWidth ? rotary : rotary.width(width);
    }

    /** The share of a head that is rotated, as config.json says it. */
    static double share(Position.Rotary rotary, int headWidth) {
        double share = (double) rotary.rotated(headWidth) / headWidth;
        return (int) (headWidth * share) == rotary.rotated(headWidth) ? share : Math.nextUp(share);
    }

    /**
     * The positions of one kind of layers, where config.json says those of several.
     *
     * @param kind the name of the kind in {@code rope_parameters}
     * @param key the key of the base of the frequencies in the layout of transformers 4, where all layers of kind {@link
     *     BlockVariantConfig#FULL} share {@code rope_scaling}
     */
    static Position.Rotary ofLayers(ConfigJson config, String kind, String key, double usualTheta) {
        Optional<ConfigJson> parameters = config.object("rope_parameters").flatMap(all -> all.object(kind));
        Optional<ConfigJson> former =
                kind.equals(BlockVariantConfig.FULL) ? config.object("rope_scaling") : Optional.empty();
        Position.Rotary plain = Position.rotary(parameters
                .flatMap(some -> some.number("rope_theta"))
                .or(() -> config.number(key))
                .orElse(usualTheta));
        return parameters
                .or(() -> former)
                .map(some -> plain.scaling(scaling(some)))
                .orElse(plain);
    }

    private static Optional<Double> share(ConfigJson config) {
        return config.object("rope_parameters")
                .flatMap(some -> some.number("partial_rotary_factor"))
                .or(() -> config.number("partial_rotary_factor"))
                .or(() -> config.number("rotary_pct"));
    }

    private static Position.Rotary whole(ConfigJson config, double usualTheta) {
        Optional<ConfigJson> parameters = config.object("rope_parameters");
        Optional<ConfigJson> scaling = parameters.isPresent() ? parameters : config.object("rope_scaling");
        double theta = parameters
                .flatMap(some -> some.number("rope_theta"))
                .or(() -> config.number("rotary_emb_base"))
                .or(() -> config.number("rope_theta"))
                .orElse(usualTheta);
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
        Map<String, Object> scaling = parameters(rotary);
        config.put("rope_theta", scaling.remove("rope_theta"));
        if (rotary.scaling() instanceof Position.Unscaled) {
            return;
        }
        config.put("rope_scaling", scaling);
    }

    /** The value of {@code rope_parameters}, of one kind of layers. */
    static Map<String, Object> parameters(Position.Rotary rotary) {
        Map<String, Object> parameters = new LinkedHashMap<>();
        parameters.put("rope_theta", rotary.theta());
        parameters.put("rope_type", "default");
        if (rotary.scaling() instanceof Position.Linear linear) {
            parameters.put("rope_type", "linear");
            parameters.put("factor", linear.factor());
        } else if (rotary.scaling() instanceof Position.Llama3 llama3) {
            parameters.put("rope_type", "llama3");
            parameters.put("factor", llama3.factor());
            parameters.put("low_freq_factor", llama3.lowFactor());
            parameters.put("high_freq_factor", llama3.highFactor());
            parameters.put("original_max_position_embeddings", llama3.trainedContext());
        }
        return parameters;
    }
}
