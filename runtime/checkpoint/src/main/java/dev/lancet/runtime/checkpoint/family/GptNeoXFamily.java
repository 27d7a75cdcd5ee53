package dev.lancet.runtime.checkpoint.family;

import dev.lancet.dsl.Attention;
import dev.lancet.dsl.FeedForward;
import dev.lancet.dsl.Norm;
import dev.lancet.dsl.Position;
import dev.lancet.dsl.Residual;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.Weight;
import dev.lancet.runtime.json.ConfigJson;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * GPT-NeoX and Pythia: both halves of a block read the stream before it, and only a part of each head is rotated. One array
 * holds query, key and value of the first head, then those of the second, and so on.
 */
final class GptNeoXFamily implements ArchitectureFamily {

    private static final Pattern BUFFER =
            Pattern.compile("(.*\\.)?attention\\.(bias|masked_bias|rotary_emb\\.inv_freq)|embed_out\\.weight");

    private static final double USUAL_THETA = 10_000;
    private static final double USUAL_SHARE = 0.25;

    @Override
    public List<String> modelTypes() {
        return List.of("gpt_neox");
    }

    @Override
    public String prefix() {
        return "gpt_neox.";
    }

    @Override
    public boolean outside(String tensor) {
        return tensor.startsWith("embed_out.");
    }

    @Override
    public boolean isBuffer(String tensor) {
        return BUFFER.matcher(tensor).matches();
    }

    @Override
    public Transformer read(ConfigJson config, String modelType, String name) {
        Attention attention = Attention.heads(config.requiredInteger("num_attention_heads"))
                .headWidth(DecoderConfig.headWidth(config));
        boolean parallel = config.flag("use_parallel_residual").orElse(true);
        return DecoderConfig.sizes(config, name, false)
                .attention(config.flag("attention_bias").orElse(true) ? attention.bias() : attention)
                .feedForward(Gpt2Family.feedForward(
                        config, "hidden_act", "gelu", config.requiredInteger("intermediate_size")))
                .norm(Norm.layerNorm(config.number("layer_norm_eps").orElse(1e-5)))
                .position(RotaryConfig.partial(config, USUAL_THETA, USUAL_SHARE, attention.headWidth()))
                .residual(parallel ? Residual.preNorm().inParallel() : Residual.preNorm())
                .build();
    }

    @Override
    public Optional<Map<String, Object>> write(Transformer transformer) {
        if (!(transformer.position() instanceof Position.Rotary rotary)) {
            return Optional.empty();
        }
        Map<String, Object> config = DecoderConfig.write(transformer, "GPTNeoX", "gpt_neox");
        List.of("num_key_value_heads", "head_dim", "rms_norm_eps").forEach(config::remove);
        config.put("hidden_act", transformer.feedForward().kind() == FeedForward.Kind.GELU ? "gelu" : "gelu_new");
        config.put("layer_norm_eps", transformer.norm().epsilon());
        config.put("use_parallel_residual", transformer.residual().parallel());
        RotaryConfig.write(rotary, config);
        config.put("rotary_emb_base", rotary.theta());
        config.put(
                "rotary_pct", RotaryConfig.share(rotary, transformer.attention().headWidth()));
        return Optional.of(config);
    }

    @Override
    public TensorMapping slot(Transformer transformer, Weight weight) {
        String name = weight.name();
        if (weight.block() < 0) {
            return switch (name) {
                case "embedding" -> TensorMapping.whole("embed_in.weight", weight);
                case "norm.gain" -> TensorMapping.whole("final_layer_norm.weight", weight);
                case "norm.bias" -> TensorMapping.whole("final_layer_norm.bias", weight);
                default -> TensorMapping.transpose("embed_out.weight", weight);
            };
        }
        String block = "layers." + weight.block() + ".";
        int head = transformer.attention().headWidth();
        return switch (name.substring(("h." + weight.block() + ".").length())) {
            case "attn.norm.gain" -> TensorMapping.whole(block + "input_layernorm.weight", weight);
            case "attn.norm.bias" -> TensorMapping.whole(block + "input_layernorm.bias", weight);
            case "attn.q" -> fused(block, weight, 0, head);
            case "attn.k" -> fused(block, weight, head, head);
            case "attn.v" -> fused(block, weight, 2 * head, head);
            case "attn.q.bias" -> fusedBias(block, weight, 0, head);
            case "attn.k.bias" -> fusedBias(block, weight, head, head);
            case "attn.v.bias" -> fusedBias(block, weight, 2 * head, head);
            case "attn.o" -> TensorMapping.transpose(block + "attention.dense.weight", weight);
            case "attn.o.bias" -> TensorMapping.whole(block + "attention.dense.bias", weight);
            case "mlp.norm.gain" -> TensorMapping.whole(block + "post_attention_layernorm.weight", weight);
            case "mlp.norm.bias" -> TensorMapping.whole(block + "post_attention_layernorm.bias", weight);
            case "mlp.up" -> TensorMapping.transpose(block + "mlp.dense_h_to_4h.weight", weight);
            case "mlp.up.bias" -> TensorMapping.whole(block + "mlp.dense_h_to_4h.bias", weight);
            case "mlp.down" -> TensorMapping.transpose(block + "mlp.dense_4h_to_h.weight", weight);
            case "mlp.down.bias" -> TensorMapping.whole(block + "mlp.dense_4h_to_h.bias", weight);
            default -> throw new IllegalArgumentException("gpt_neox: no tensor for " + name);
        };
    }

    private static TensorMapping fused(String block, Weight weight, int first, int head) {
        return TensorMapping.rows(block + "attention.query_key_value.weight", weight, first, 3 * weight.columns())
                .inGroups(head, 3 * head);
    }

    private static TensorMapping fusedBias(String block, Weight weight, int first, int head) {
        return TensorMapping.columns(block + "attention.query_key_value.bias", weight, first, 3 * weight.columns())
                .inGroups(head, 3 * head);
    }
}
