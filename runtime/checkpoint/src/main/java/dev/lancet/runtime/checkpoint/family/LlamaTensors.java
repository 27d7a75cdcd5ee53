package dev.lancet.runtime.checkpoint.family;

import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.Weight;

/** The tensor names of LLaMA, which most later decoders have too. Their linear layers are {@code [out, in]}, as in PyTorch. */
interface LlamaTensors extends ArchitectureFamily {

    @Override
    default String prefix() {
        return "model.";
    }

    @Override
    default boolean isBuffer(String tensor) {
        return tensor.endsWith("rotary_emb.inv_freq");
    }

    @Override
    default TensorMapping slot(Transformer transformer, Weight weight) {
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
        boolean around = transformer.residual().normsOutputs();
        if (rest.endsWith(".bias")) {
            return TensorMapping.whole(
                    block + module(rest.substring(0, rest.length() - ".bias".length()), around) + ".bias", weight);
        }
        String tensor = block + module(rest, around) + ".weight";
        return weight.role().matrix() ? TensorMapping.transpose(tensor, weight) : TensorMapping.whole(tensor, weight);
    }

    /** @param normsOutputs whether norms stand behind the halves, which take the name that LLaMA has for another norm */
    private static String module(String name, boolean normsOutputs) {
        return switch (name) {
            case "attn.norm.gain" -> "input_layernorm";
            case "attn.q" -> "self_attn.q_proj";
            case "attn.q.norm.gain" -> "self_attn.q_norm";
            case "attn.k.norm.gain" -> "self_attn.k_norm";
            case "attn.k" -> "self_attn.k_proj";
            case "attn.v" -> "self_attn.v_proj";
            case "attn.o" -> "self_attn.o_proj";
            case "attn.outnorm.gain" -> "post_attention_layernorm";
            case "mlp.norm.gain" -> normsOutputs ? "pre_feedforward_layernorm" : "post_attention_layernorm";
            case "mlp.gate" -> "mlp.gate_proj";
            case "mlp.up" -> "mlp.up_proj";
            case "mlp.down" -> "mlp.down_proj";
            case "mlp.outnorm.gain" -> "post_feedforward_layernorm";
            default -> throw new IllegalArgumentException("decoder: no tensor for " + name);
        };
    }
}
