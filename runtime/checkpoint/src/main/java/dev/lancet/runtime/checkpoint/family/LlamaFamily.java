package dev.lancet.runtime.checkpoint.family;

import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.Weight;
import dev.lancet.runtime.json.ConfigJson;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** LLaMA, Mistral, Qwen2 and Qwen3. Their linear layers are {@code [out, in]}, as in PyTorch. */
final class LlamaFamily implements ArchitectureFamily {

    @Override
    public List<String> modelTypes() {
        return List.of("llama", "mistral", "qwen2", "qwen3");
    }

    @Override
    public String prefix() {
        return "model.";
    }

    @Override
    public boolean isBuffer(String tensor) {
        return tensor.endsWith("rotary_emb.inv_freq");
    }

    @Override
    public Transformer read(ConfigJson config, String modelType, String name) {
        return LlamaConfig.read(config, modelType, name);
    }

    @Override
    public Optional<Map<String, Object>> write(Transformer transformer) {
        return LlamaConfig.write(transformer);
    }

    @Override
    public TensorMapping slot(Transformer transformer, Weight weight) {
        String name = weight.name();
        if (weight.block() < 0) {
            return switch (name) {
                case "embedding" -> TensorMapping.whole("embed_tokens.weight", weight);
                case "norm.gain" -> TensorMapping.whole("norm.weight", weight);
                default -> TensorMapping.transpose(HEAD, weight);
            };
        }
        String rest = name.substring(("h." + weight.block() + ".").length());
        String block = "layers." + weight.block() + ".";
        if (rest.endsWith(".bias")) {
            return TensorMapping.whole(
                    block + module(rest.substring(0, rest.length() - ".bias".length())) + ".bias", weight);
        }
        String tensor = block + module(rest) + ".weight";
        return weight.role().matrix() ? TensorMapping.transpose(tensor, weight) : TensorMapping.whole(tensor, weight);
    }

    private static String module(String name) {
        return switch (name) {
            case "attn.norm.gain" -> "input_layernorm";
            case "attn.q" -> "self_attn.q_proj";
            case "attn.q.norm.gain" -> "self_attn.q_norm";
            case "attn.k.norm.gain" -> "self_attn.k_norm";
            case "attn.k" -> "self_attn.k_proj";
            case "attn.v" -> "self_attn.v_proj";
            case "attn.o" -> "self_attn.o_proj";
            case "mlp.norm.gain" -> "post_attention_layernorm";
            case "mlp.gate" -> "mlp.gate_proj";
            case "mlp.up" -> "mlp.up_proj";
            case "mlp.down" -> "mlp.down_proj";
            default -> throw new IllegalArgumentException("llama: no tensor for " + name);
        };
    }
}
