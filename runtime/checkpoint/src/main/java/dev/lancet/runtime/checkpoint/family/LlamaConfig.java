package dev.lancet.runtime.checkpoint.family;

import dev.lancet.dsl.Attention;
import dev.lancet.dsl.FeedForward;
import dev.lancet.dsl.Norm;
import dev.lancet.dsl.Position;
import dev.lancet.dsl.Transformer;
import dev.lancet.runtime.json.ConfigJson;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * Reads and writes the config.json of LLaMA, Mistral, Qwen2 and Qwen3, in the layouts of transformers 4 ({@code rope_theta},
 * {@code rope_scaling}) and transformers 5 ({@code rope_parameters}). Absent keys have the same defaults as there.
 */
final class LlamaConfig {

    private static final int USUAL_WINDOW = 4096;

    /** Qwen3 declares the head width by itself; the others divide the width by the heads. */
    private static final int QWEN3_HEAD_WIDTH = 128;

    private LlamaConfig() {}

    static Transformer read(ConfigJson config, String type, String name) {
        if (!config.text("hidden_act").orElse("silu").equals("silu")) {
            throw config.unsupported("hidden_act", config.requiredText("hidden_act"), "silu");
        }
        int context = config.requiredInteger("max_position_embeddings");
        boolean mlpBias = type.equals("llama") && config.flag("mlp_bias").orElse(false);
        return new Transformer(
                name,
                config.requiredInteger("vocab_size"),
                context,
                config.requiredInteger("hidden_size"),
                config.requiredInteger("num_hidden_layers"),
                attention(config, type, context),
                FeedForward.swiglu(config.requiredInteger("intermediate_size")).bias(mlpBias),
                norm(config),
                RotaryConfig.read(config),
                config.flag("tie_word_embeddings").orElse(false));
    }

    private static Norm norm(ConfigJson config) {
        return Norm.rmsNorm(config.number("rms_norm_eps").orElse(1e-6));
    }

    private static Attention attention(ConfigJson config, String type, int context) {
        int heads = config.requiredInteger("num_attention_heads");
        // The defaults of the others (8 and 32 heads) fit only the models that they were made for.
        boolean guess = type.equals("llama") || config.has("num_key_value_heads");
        int kv = guess
                ? config.integer("num_key_value_heads").orElse(heads)
                : config.requiredInteger("num_key_value_heads");
        boolean qwen3 = type.equals("qwen3");
        boolean allBiased =
                (type.equals("llama") || qwen3) && config.flag("attention_bias").orElse(false);
        int window = window(config, type);
        return new Attention(
                heads,
                kv,
                config.integer("head_dim").orElse(qwen3 ? QWEN3_HEAD_WIDTH : 0),
                allBiased || type.equals("qwen2"),
                allBiased,
                window >= context ? 0 : window,
                qwen3 ? Optional.of(norm(config)) : Optional.empty());
    }

    /** The attention window in positions, or 0 for all earlier positions. */
    private static int window(ConfigJson config, String type) {
        boolean windowed =
                switch (type) {
                    case "mistral" -> true;
                    case "qwen2", "qwen3" -> config.flag("use_sliding_window").orElse(false);
                    default -> false;
                };
        if (!windowed
                || (config.has("sliding_window")
                        && config.find("sliding_window").isEmpty())) {
            return 0;
        }
        int window = config.integer("sliding_window").orElse(USUAL_WINDOW);
        return type.startsWith("qwen") && !slides(config) ? 0 : window;
    }

    /** Whether all layers of Qwen2 or Qwen3 have a window. A window in only some layers is not supported. */
    private static boolean slides(ConfigJson config) {
        int layers = config.requiredInteger("num_hidden_layers");
        Optional<JsonNode> types = config.find("layer_types");
        long sliding = types.isPresent()
                ? types.get()
                        .valueStream()
                        .filter(layer -> layer.asString("").equals("sliding_attention"))
                        .count()
                : Math.max(0, layers - config.integer("max_window_layers").orElse(28));
        if (sliding > 0 && sliding < layers) {
            throw config.unsupported(
                    "use_sliding_window", "true for " + sliding + " of " + layers + " layers", "all layers or none");
        }
        return sliding > 0;
    }

    static Optional<Map<String, Object>> write(Transformer transformer) {
        return type(transformer).map(type -> write(transformer, type));
    }

    private static Optional<String> type(Transformer transformer) {
        Attention attention = transformer.attention();
        boolean fits = transformer.position() instanceof Position.Rotary
                && transformer.norm().kind() == Norm.Kind.RMS
                && transformer.feedForward().gated();
        boolean noBias = !attention.qkvBiased()
                && !attention.outputBiased()
                && !transformer.feedForward().bias();
        if (!fits) {
            return Optional.empty();
        }
        if (attention.qkNorm().isPresent()) {
            boolean qwen3 = attention.qkNorm().get().equals(transformer.norm())
                    && attention.qkvBiased() == attention.outputBiased()
                    && !transformer.feedForward().bias();
            return qwen3 ? Optional.of("qwen3") : Optional.empty();
        }
        if (attention.window() == 0 && attention.qkvBiased() == attention.outputBiased()) {
            return Optional.of("llama");
        }
        if (noBias) {
            return Optional.of("mistral");
        }
        boolean qwen = attention.qkvBiased()
                && !attention.outputBiased()
                && !transformer.feedForward().bias();
        return qwen ? Optional.of("qwen2") : Optional.empty();
    }

    private static Map<String, Object> write(Transformer transformer, String type) {
        Attention attention = transformer.attention();
        Map<String, Object> config = new LinkedHashMap<>();
        String model = type.substring(0, 1).toUpperCase(java.util.Locale.ROOT) + type.substring(1);
        config.put("architectures", List.of(model + "ForCausalLM"));
        config.put("model_type", type);
        config.put("vocab_size", transformer.vocabulary());
        config.put("max_position_embeddings", transformer.context());
        config.put("hidden_size", transformer.width());
        config.put("intermediate_size", transformer.feedForward().hidden());
        config.put("num_hidden_layers", transformer.layers());
        config.put("num_attention_heads", attention.heads());
        config.put("num_key_value_heads", attention.kvHeads());
        config.put("head_dim", attention.headWidth());
        config.put("hidden_act", "silu");
        config.put("rms_norm_eps", transformer.norm().epsilon());
        RotaryConfig.write((Position.Rotary) transformer.position(), config);
        config.put("tie_word_embeddings", transformer.tiedHead());
        if (type.equals("llama") || type.equals("qwen3")) {
            config.put("attention_bias", attention.qkvBiased());
        }
        if (type.equals("llama")) {
            config.put("mlp_bias", transformer.feedForward().bias());
        } else {
            config.put("sliding_window", attention.window() == 0 ? null : (Object) attention.window());
        }
        if (type.startsWith("qwen")) {
            config.put("use_sliding_window", attention.window() != 0);
            config.put("max_window_layers", attention.window() == 0 ? transformer.layers() : 0);
        }
        config.put("torch_dtype", "float32");
        return config;
    }
}
