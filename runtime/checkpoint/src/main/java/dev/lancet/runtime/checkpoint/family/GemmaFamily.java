package dev.lancet.runtime.checkpoint.family;

import dev.lancet.dsl.Attention;
import dev.lancet.dsl.FeedForward;
import dev.lancet.dsl.Head;
import dev.lancet.dsl.Norm;
import dev.lancet.dsl.Position;
import dev.lancet.dsl.Residual;
import dev.lancet.dsl.Transformer;
import dev.lancet.runtime.json.ConfigJson;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Gemma 2 and the text models of Gemma 3: four norms a block, whose gains are stored as {@code gain − 1}, a sliding window in
 * some blocks, a scaled embedding, and soft caps (Gemma 2) or norms of queries and keys (Gemma 3).
 */
final class GemmaFamily implements LlamaTensors {

    private static final String TWO = "gemma2";
    private static final String THREE = "gemma3_text";
    private static final int USUAL_WINDOW = 4096;
    private static final int USUAL_SCALAR = 256;
    private static final int USUAL_HEAD_WIDTH = 256;

    @Override
    public List<String> modelTypes() {
        return List.of(TWO, THREE);
    }

    @Override
    public Transformer read(ConfigJson config, String modelType, String name) {
        boolean three = modelType.equals(THREE);
        DecoderConfig.requireFunction(config, "hidden_activation", "gelu_pytorch_tanh");
        EncoderConfig.require(config, "use_bidirectional_attention", false);
        int width = config.requiredInteger("hidden_size");
        int layers = config.requiredInteger("num_hidden_layers");
        Norm norm = Norm.rmsNorm(config.number("rms_norm_eps").orElse(1e-6)).plusOne();
        Attention heads = DecoderConfig.heads(config, false)
                .headWidth(config.integer("head_dim").orElse(USUAL_HEAD_WIDTH))
                .cap(cap(config, "attn_logit_softcapping", three ? 0 : 50));
        double scalar = config.number("query_pre_attn_scalar").orElse((double) USUAL_SCALAR);
        Attention attention = DecoderConfig.scaled(heads, factor(scalar));
        int window =
                config.has("sliding_window") ? config.integer("sliding_window").orElse(0) : USUAL_WINDOW;
        Position full = three
                ? RotaryConfig.ofLayers(config, BlockVariantConfig.FULL, "rope_theta", 1_000_000)
                : RotaryConfig.read(config);
        Position local = three
                ? RotaryConfig.ofLayers(config, BlockVariantConfig.SLIDING, "rope_local_base_freq", 10_000)
                : full;
        List<BlockVariantConfig.Form> forms = types(config, layers, three).stream()
                .map(type -> type.equals(BlockVariantConfig.SLIDING)
                        ? new BlockVariantConfig.Form(window, local)
                        : new BlockVariantConfig.Form(0, full))
                .toList();
        return BlockVariantConfig.declare(
                        config,
                        DecoderConfig.sizes(config, name, true),
                        three ? attention.qkNorm(norm) : attention,
                        forms)
                .feedForward(FeedForward.gegluTanh(config.requiredInteger("intermediate_size")))
                .norm(norm)
                .residual(Residual.sandwichNorm())
                .embeddingScale(Math.sqrt(width))
                .head(Head.nextToken().cap(cap(config, "final_logit_softcapping", three ? 0 : 30)))
                .build();
    }

    /** As {@link Attention#scoreFactor} computes the usual factor. */
    private static double factor(double scalar) {
        return 1 / Math.sqrt(scalar);
    }

    private static double cap(ConfigJson config, String key, double usual) {
        return config.has(key) ? config.number(key).orElse(0.0) : usual;
    }

    private static List<String> types(ConfigJson config, int layers, boolean three) {
        return BlockVariantConfig.types(config, layers).orElseGet(() -> {
            int every =
                    Math.max(1, three ? config.integer("sliding_window_pattern").orElse(6) : 2);
            return IntStream.range(0, layers)
                    .mapToObj(block -> (block + 1) % every == 0 ? BlockVariantConfig.FULL : BlockVariantConfig.SLIDING)
                    .toList();
        });
    }

    @Override
    public Optional<Map<String, Object>> write(Transformer transformer) {
        Attention attention = transformer.attention();
        boolean three = attention.qkNorm().isPresent();
        double factor = attention.scoreFactor();
        long scalar = Math.round(1 / (factor * factor));
        if (!(transformer.head() instanceof Head.NextToken head)
                || !(transformer.position() instanceof Position.Rotary)
                || scalar < 1
                || factor((double) scalar) != factor) {
            return Optional.empty();
        }
        Map<String, Object> config = DecoderConfig.write(transformer, three ? "Gemma3" : "Gemma2", three ? THREE : TWO);
        config.put("hidden_activation", "gelu_pytorch_tanh");
        config.put("query_pre_attn_scalar", scalar);
        config.put("attn_logit_softcapping", attention.cap() == 0 ? null : (Object) attention.cap());
        config.put("final_logit_softcapping", head.cap() == 0 ? null : (Object) head.cap());
        config.put("layer_types", BlockVariantConfig.types(transformer));
        int window = IntStream.range(0, transformer.layers())
                .map(transformer::window)
                .max()
                .orElse(0);
        config.put("sliding_window", window == 0 ? USUAL_WINDOW : window);
        Position.Rotary full = rotary(transformer, false);
        if (three) {
            Map<String, Object> layers = new LinkedHashMap<>();
            layers.put(BlockVariantConfig.FULL, RotaryConfig.parameters(full));
            layers.put(BlockVariantConfig.SLIDING, RotaryConfig.parameters(rotary(transformer, true)));
            config.put("rope_parameters", layers);
        } else {
            RotaryConfig.write(full, config);
        }
        return Optional.of(config);
    }

    /** The positions of the blocks with a window, or of those without; if there are none, those of the model. */
    private static Position.Rotary rotary(Transformer transformer, boolean sliding) {
        return IntStream.range(0, transformer.layers())
                .filter(block -> transformer.window(block) != 0 == sliding)
                .mapToObj(transformer::position)
                .filter(Position.Rotary.class::isInstance)
                .map(Position.Rotary.class::cast)
                .findFirst()
                .orElseGet(() -> (Position.Rotary) transformer.position());
    }
}
