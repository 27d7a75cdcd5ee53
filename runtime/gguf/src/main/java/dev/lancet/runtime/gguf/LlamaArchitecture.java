package dev.lancet.runtime.gguf;

import dev.lancet.dsl.Attention;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Position;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.Weight;
import dev.lancet.runtime.checkpoint.family.ArchitectureFamilies;
import dev.lancet.runtime.gguf.file.GgufMetadata;
import dev.lancet.runtime.gguf.matrix.RowOrder;
import java.util.Optional;

/**
 * How llama.cpp knows a transformer: its {@code llama} (LLaMA and Mistral), {@code qwen2} or {@code qwen3}, their keys, and the
 * names of their tensors.
 */
final class LlamaArchitecture {

    private final Transformer transformer;
    private final String name;
    private final Position.Rotary rotary;

    private LlamaArchitecture(Transformer transformer, String name, Position.Rotary rotary) {
        this.transformer = transformer;
        this.name = name;
        this.rotary = rotary;
    }

    /**
     * The architecture of a transformer.
     *
     * @throws LancetException if it is none of LLaMA's family
     */
    static LlamaArchitecture of(Transformer transformer) {
        String type = ArchitectureFamilies.of(transformer)
                .flatMap(family -> family.write(transformer))
                .map(config -> String.valueOf(config.get("model_type")))
                .orElse("its own");
        String name =
                switch (type) {
                    case "llama", "mistral" -> "llama";
                    case "qwen2", "qwen3" -> type;
                    default ->
                        throw new LancetException("export: " + transformer.name() + " has the architecture " + type
                                + ", but gguf is for llama, mistral, qwen2 and qwen3; choose --format onnx");
                };
        Position.Rotary rotary = (Position.Rotary) transformer.position();
        if (!name.equals("llama") && rotary.scaling() instanceof Position.Llama3) {
            throw new LancetException(
                    "export: " + transformer.name() + " has the rotary scaling llama3, which llama.cpp"
                            + " does not compute for " + name + "; choose --format onnx");
        }
        if (name.equals("qwen3") && transformer.attention().outputBiased()) {
            throw new LancetException(
                    "export: " + transformer.name() + " has biases in its attention, which llama.cpp does"
                            + " not read for qwen3; choose --format onnx");
        }
        return new LlamaArchitecture(transformer, name, rotary);
    }

    /**
     * The most tokens that the file declares. llama.cpp attends to all earlier positions; so that no position has more of them
     * than the window of the model, the context is no longer than the window.
     */
    int context() {
        int window = transformer.attention().window();
        return window == 0 ? transformer.context() : Math.min(window, transformer.context());
    }

    void put(GgufMetadata metadata) {
        Attention attention = transformer.attention();
        String p = name + ".";
        metadata.text("general.architecture", name);
        metadata.text("general.name", transformer.name());
        metadata.number(p + "vocab_size", transformer.vocabulary());
        metadata.number(p + "context_length", context());
        metadata.number(p + "embedding_length", transformer.width());
        metadata.number(p + "block_count", transformer.layers());
        metadata.number(p + "feed_forward_length", transformer.feedForward().hidden());
        metadata.number(p + "attention.head_count", attention.heads());
        metadata.number(p + "attention.head_count_kv", attention.kvHeads());
        metadata.number(p + "attention.key_length", attention.headWidth());
        metadata.number(p + "attention.value_length", attention.headWidth());
        metadata.real(p + "attention.layer_norm_rms_epsilon", transformer.norm().epsilon());
        metadata.number(p + "rope.dimension_count", attention.headWidth());
        metadata.real(p + "rope.freq_base", rotary.theta());
        if (rotary.scaling() instanceof Position.Linear linear) {
            metadata.text(p + "rope.scaling.type", "linear");
            metadata.real(p + "rope.scaling.factor", linear.factor());
        }
    }

    /** llama.cpp divides the frequencies of a head by these, {@code [headWidth / 2]}; empty if it divides all by one number. */
    Optional<float[]> frequencyDivisors() {
        if (!(rotary.scaling() instanceof Position.Llama3 scaling)) {
            return Optional.empty();
        }
        int headWidth = transformer.attention().headWidth();
        double[] unscaled = Position.rotary(rotary.theta()).inverseFrequencies(headWidth);
        float[] divisors = new float[unscaled.length];
        for (int i = 0; i < divisors.length; i++) {
            divisors[i] = (float) (unscaled[i] / scaling.apply(unscaled[i]));
        }
        return Optional.of(divisors);
    }

    /** The name of the tensor that holds a weight. */
    String tensor(Weight weight) {
        if (weight.block() < 0) {
            return switch (weight.name()) {
                case "embedding" -> "token_embd.weight";
                case "norm.gain" -> "output_norm.weight";
                default -> "output.weight";
            };
        }
        String rest = rest(weight);
        boolean bias = rest.endsWith(".bias");
        String module = bias ? rest.substring(0, rest.length() - ".bias".length()) : rest;
        return "blk." + weight.block() + "." + module(module) + (bias ? ".bias" : ".weight");
    }

    private static String module(String name) {
        return switch (name) {
            case "attn.norm.gain" -> "attn_norm";
            case "attn.q" -> "attn_q";
            case "attn.q.norm.gain" -> "attn_q_norm";
            case "attn.k.norm.gain" -> "attn_k_norm";
            case "attn.k" -> "attn_k";
            case "attn.v" -> "attn_v";
            case "attn.o" -> "attn_output";
            case "mlp.norm.gain" -> "ffn_norm";
            case "mlp.gate" -> "ffn_gate";
            case "mlp.up" -> "ffn_up";
            case "mlp.down" -> "ffn_down";
            default -> throw new IllegalArgumentException("gguf: no tensor for " + name);
        };
    }

    /** The order in which the rows of a tensor hold the output channels of its weight. */
    RowOrder order(Weight weight) {
        boolean rotated = weight.block() >= 0 && rest(weight).matches("attn\\.[qk](\\.bias)?");
        return rotated && name.equals("llama")
                ? RowOrder.neighbours(transformer.attention().headWidth())
                : RowOrder.same();
    }

    private static String rest(Weight weight) {
        return weight.name().substring(("h." + weight.block() + ".").length());
    }
}
