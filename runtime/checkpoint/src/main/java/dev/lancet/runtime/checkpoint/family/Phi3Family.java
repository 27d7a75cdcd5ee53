package dev.lancet.runtime.checkpoint.family;

import dev.lancet.dsl.Attention;
import dev.lancet.dsl.FeedForward;
import dev.lancet.dsl.Norm;
import dev.lancet.dsl.Position;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.Weight;
import dev.lancet.runtime.json.ConfigJson;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Phi-3 and Phi-4. One array holds query, key and value, another gate and up. */
final class Phi3Family implements LlamaTensors {

    private static final double USUAL_THETA = 10_000;

    @Override
    public List<String> modelTypes() {
        return List.of("phi3");
    }

    @Override
    public Transformer read(ConfigJson config, String modelType, String name) {
        DecoderConfig.requireFunction(config, "hidden_act", "silu");
        Attention attention = DecoderConfig.heads(config, true);
        EncoderConfig.require(config, "attention_bias", false);
        return DecoderConfig.sizes(config, name, false)
                .attention(attention.window(config.integer("sliding_window").orElse(0)))
                .feedForward(FeedForward.swiglu(config.requiredInteger("intermediate_size")))
                .norm(Norm.rmsNorm(config.number("rms_norm_eps").orElse(1e-5)))
                .position(RotaryConfig.partial(config, USUAL_THETA, 1, attention.headWidth()))
                .build();
    }

    @Override
    public Optional<Map<String, Object>> write(Transformer transformer) {
        Attention attention = transformer.attention();
        if (!(transformer.position() instanceof Position.Rotary rotary)
                || !(rotary.scaling() instanceof Position.Unscaled)
                || attention.outputBiased()) {
            return Optional.empty();
        }
        Map<String, Object> config = DecoderConfig.write(transformer, "Phi3", "phi3");
        config.put("hidden_act", "silu");
        RotaryConfig.write(rotary, config);
        config.put("partial_rotary_factor", RotaryConfig.share(rotary, attention.headWidth()));
        config.put("original_max_position_embeddings", transformer.context());
        config.put("sliding_window", attention.window() == 0 ? null : (Object) attention.window());
        return Optional.of(config);
    }

    @Override
    public TensorMapping slot(Transformer transformer, Weight weight) {
        String block = "layers." + weight.block() + ".";
        int queries = transformer.attention().queryWidth();
        int keys = transformer.attention().kvWidth();
        int hidden = transformer.feedForward().hidden();
        return switch (weight.role()) {
            case QUERY -> TensorMapping.rows(block + "self_attn.qkv_proj.weight", weight, 0, queries + 2 * keys);
            case KEY -> TensorMapping.rows(block + "self_attn.qkv_proj.weight", weight, queries, queries + 2 * keys);
            case VALUE ->
                TensorMapping.rows(block + "self_attn.qkv_proj.weight", weight, queries + keys, queries + 2 * keys);
            case GATE -> TensorMapping.rows(block + "mlp.gate_up_proj.weight", weight, 0, 2 * hidden);
            case UP -> TensorMapping.rows(block + "mlp.gate_up_proj.weight", weight, hidden, 2 * hidden);
            default -> LlamaTensors.super.slot(transformer, weight);
        };
    }
}
