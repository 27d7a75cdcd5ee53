package dev.lancet.runtime.checkpoint.family;

import dev.lancet.dsl.Attention;
import dev.lancet.dsl.FeedForward;
import dev.lancet.dsl.Norm;
import dev.lancet.dsl.Position;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.Weight;
import dev.lancet.runtime.json.ConfigJson;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** GPT-2. Its linear layers are {@code [in, out]}, and one array holds query, key and value. */
final class Gpt2Family implements ArchitectureFamily {

    /** Buffers in files from before 2023: the causal mask, and the number that stands for minus infinity. */
    private static final Pattern BUFFER = Pattern.compile("(.*\\.)?attn\\.(bias|masked_bias)");

    @Override
    public List<String> modelTypes() {
        return List.of("gpt2");
    }

    @Override
    public String prefix() {
        return "transformer.";
    }

    @Override
    public boolean isBuffer(String tensor) {
        return BUFFER.matcher(tensor).matches();
    }

    @Override
    public Transformer read(ConfigJson config, String modelType, String name) {
        require(config, "scale_attn_weights", true);
        require(config, "scale_attn_by_inverse_layer_idx", false);
        require(config, "add_cross_attention", false);
        int width = config.requiredInteger("n_embd");
        int hidden = config.integer("n_inner").orElse(4 * width);
        return new Transformer(
                name,
                config.requiredInteger("vocab_size"),
                config.requiredInteger("n_positions"),
                width,
                config.requiredInteger("n_layer"),
                Attention.heads(config.requiredInteger("n_head")).bias(),
                feedForward(config, "activation_function", "gelu_new", hidden),
                Norm.layerNorm(config.number("layer_norm_epsilon").orElse(1e-5)),
                Position.learned(),
                config.flag("tie_word_embeddings").orElse(true));
    }

    /** A plain block with the GELU that a key names. */
    static FeedForward feedForward(ConfigJson config, String key, String usual, int hidden) {
        String function = config.text(key).orElse(usual);
        return switch (function) {
            case "gelu" -> FeedForward.gelu(hidden);
            case "gelu_new", "gelu_fast", "gelu_pytorch_tanh" -> FeedForward.geluTanh(hidden);
            default -> throw config.unsupported(key, function, "gelu_new, gelu_pytorch_tanh or gelu");
        };
    }

    private static void require(ConfigJson config, String key, boolean wanted) {
        if (config.flag(key).orElse(wanted) != wanted) {
            throw config.unsupported(key, !wanted, Boolean.toString(wanted));
        }
    }

    @Override
    public Optional<Map<String, Object>> write(Transformer transformer) {
        Attention attention = transformer.attention();
        FeedForward feedForward = transformer.feedForward();
        boolean fits = transformer.position() instanceof Position.Learned
                && transformer.norm().kind() == Norm.Kind.LAYER
                && attention.qkvBiased()
                && attention.outputBiased()
                && attention.kvHeads() == attention.heads()
                && attention.queryWidth() == transformer.width()
                && attention.window() == 0
                && !feedForward.gated()
                && feedForward.bias();
        if (!fits) {
            return Optional.empty();
        }
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("architectures", List.of("GPT2LMHeadModel"));
        config.put("model_type", "gpt2");
        config.put("vocab_size", transformer.vocabulary());
        config.put("n_positions", transformer.context());
        config.put("n_ctx", transformer.context());
        config.put("n_embd", transformer.width());
        config.put("n_layer", transformer.layers());
        config.put("n_head", attention.heads());
        config.put("n_inner", feedForward.hidden());
        config.put("activation_function", feedForward.kind() == FeedForward.Kind.GELU ? "gelu" : "gelu_new");
        config.put("layer_norm_epsilon", transformer.norm().epsilon());
        config.put("tie_word_embeddings", transformer.tiedHead());
        config.put("torch_dtype", "float32");
        return Optional.of(config);
    }

    @Override
    public TensorMapping slot(Transformer transformer, Weight weight) {
        String name = weight.name();
        if (weight.block() < 0) {
            return switch (name) {
                case "embedding" -> TensorMapping.whole("wte.weight", weight);
                case "position" -> TensorMapping.whole("wpe.weight", weight);
                case "norm.gain" -> TensorMapping.whole("ln_f.weight", weight);
                case "norm.bias" -> TensorMapping.whole("ln_f.bias", weight);
                default -> TensorMapping.transpose(HEAD, weight);
            };
        }
        String block = "h." + weight.block() + ".";
        int width = transformer.width();
        return switch (name.substring(block.length())) {
            case "attn.norm.gain" -> TensorMapping.whole(block + "ln_1.weight", weight);
            case "attn.norm.bias" -> TensorMapping.whole(block + "ln_1.bias", weight);
            case "attn.q" -> TensorMapping.columns(block + "attn.c_attn.weight", weight, 0, 3 * width);
            case "attn.k" -> TensorMapping.columns(block + "attn.c_attn.weight", weight, width, 3 * width);
            case "attn.v" -> TensorMapping.columns(block + "attn.c_attn.weight", weight, 2 * width, 3 * width);
            case "attn.q.bias" -> TensorMapping.columns(block + "attn.c_attn.bias", weight, 0, 3 * width);
            case "attn.k.bias" -> TensorMapping.columns(block + "attn.c_attn.bias", weight, width, 3 * width);
            case "attn.v.bias" -> TensorMapping.columns(block + "attn.c_attn.bias", weight, 2 * width, 3 * width);
            case "attn.o" -> TensorMapping.whole(block + "attn.c_proj.weight", weight);
            case "attn.o.bias" -> TensorMapping.whole(block + "attn.c_proj.bias", weight);
            case "mlp.norm.gain" -> TensorMapping.whole(block + "ln_2.weight", weight);
            case "mlp.norm.bias" -> TensorMapping.whole(block + "ln_2.bias", weight);
            case "mlp.up" -> TensorMapping.whole(block + "mlp.c_fc.weight", weight);
            case "mlp.up.bias" -> TensorMapping.whole(block + "mlp.c_fc.bias", weight);
            case "mlp.down" -> TensorMapping.whole(block + "mlp.c_proj.weight", weight);
            case "mlp.down.bias" -> TensorMapping.whole(block + "mlp.c_proj.bias", weight);
            default -> throw new IllegalArgumentException("gpt2: no tensor for " + name);
        };
    }
}
