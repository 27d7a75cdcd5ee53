package dev.lancet.runtime.checkpoint.family;

import dev.lancet.dsl.Attention;
import dev.lancet.dsl.FeedForward;
import dev.lancet.dsl.Head;
import dev.lancet.dsl.Norm;
import dev.lancet.dsl.Position;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.Weight;
import dev.lancet.runtime.json.ConfigJson;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** DistilBERT (Sanh et al., 2019): BERT without token types. */
final class DistilBertFamily implements ArchitectureFamily {

    /** The program has it as a constant. */
    private static final Norm NORM = Norm.layerNorm(1e-12);

    @Override
    public List<String> modelTypes() {
        return List.of("distilbert");
    }

    @Override
    public String prefix() {
        return "distilbert.";
    }

    @Override
    public String prefix(Transformer transformer) {
        return transformer.head() instanceof Head.TextVector ? "" : prefix();
    }

    @Override
    public boolean outside(String tensor) {
        return tensor.startsWith("vocab_") || tensor.startsWith("pre_classifier.") || tensor.startsWith("classifier.");
    }

    @Override
    public boolean isBuffer(String tensor) {
        return tensor.endsWith("embeddings.position_ids") || tensor.equals("vocab_projector.weight");
    }

    @Override
    public Transformer read(ConfigJson config, String modelType, String name) {
        FeedForward feedForward = EncoderConfig.feedForward(config, "activation", config.requiredInteger("hidden_dim"));
        return Transformer.encoder(name)
                .vocabulary(config.requiredInteger("vocab_size"))
                .context(config.requiredInteger("max_position_embeddings"))
                .width(config.requiredInteger("dim"))
                .layers(config.requiredInteger("n_layers"))
                .attention(Attention.heads(config.requiredInteger("n_heads")).bias())
                .feedForward(feedForward)
                .norm(NORM)
                .position(Position.learned())
                .embeddingNorm(NORM)
                .head(EncoderConfig.head(config, feedForward, Head.Activation.RELU))
                .build();
    }

    @Override
    public Optional<Map<String, Object>> write(Transformer transformer) {
        if (transformer.embedding().tokenTypes() != 0 || !(transformer.position() instanceof Position.Learned)) {
            return Optional.empty();
        }
        Map<String, Object> config = new LinkedHashMap<>();
        EncoderConfig.writeHead(config, "DistilBert", transformer.head());
        config.put("model_type", "distilbert");
        config.put("vocab_size", transformer.vocabulary());
        config.put("max_position_embeddings", transformer.context());
        config.put("dim", transformer.width());
        config.put("n_layers", transformer.layers());
        config.put("n_heads", transformer.attention().heads());
        config.put("hidden_dim", transformer.feedForward().hidden());
        config.put("activation", EncoderConfig.function(transformer.feedForward()));
        config.put("sinusoidal_pos_embds", false);
        config.put("pad_token_id", 0);
        config.put("torch_dtype", "float32");
        return Optional.of(config);
    }

    @Override
    public TensorMapping slot(Transformer transformer, Weight weight) {
        String name = weight.name();
        if (weight.block() < 0) {
            String tensor = outer(name, transformer.head() instanceof Head.Classes);
            return name.startsWith("head") && weight.role().matrix()
                    ? TensorMapping.transpose(tensor, weight)
                    : TensorMapping.whole(tensor, weight);
        }
        String rest = name.substring(("h." + weight.block() + ".").length());
        String tensor = "transformer.layer." + weight.block() + "." + inner(rest);
        return weight.role().matrix() ? TensorMapping.transpose(tensor, weight) : TensorMapping.whole(tensor, weight);
    }

    private static String outer(String name, boolean classifies) {
        return switch (name) {
            case "embedding" -> "embeddings.word_embeddings.weight";
            case "position" -> "embeddings.position_embeddings.weight";
            case "embedding.norm.gain" -> "embeddings.LayerNorm.weight";
            case "embedding.norm.bias" -> "embeddings.LayerNorm.bias";
            case "head.dense" -> classifies ? "pre_classifier.weight" : "vocab_transform.weight";
            case "head.dense.bias" -> classifies ? "pre_classifier.bias" : "vocab_transform.bias";
            case "head.norm.gain" -> "vocab_layer_norm.weight";
            case "head.norm.bias" -> "vocab_layer_norm.bias";
            case "head" -> "classifier.weight";
            case "head.bias" -> classifies ? "classifier.bias" : "vocab_projector.bias";
            default -> throw new IllegalArgumentException("distilbert: no tensor for " + name);
        };
    }

    private static String inner(String name) {
        return switch (name) {
            case "attn.q" -> "attention.q_lin.weight";
            case "attn.q.bias" -> "attention.q_lin.bias";
            case "attn.k" -> "attention.k_lin.weight";
            case "attn.k.bias" -> "attention.k_lin.bias";
            case "attn.v" -> "attention.v_lin.weight";
            case "attn.v.bias" -> "attention.v_lin.bias";
            case "attn.o" -> "attention.out_lin.weight";
            case "attn.o.bias" -> "attention.out_lin.bias";
            case "attn.outnorm.gain" -> "sa_layer_norm.weight";
            case "attn.outnorm.bias" -> "sa_layer_norm.bias";
            case "mlp.up" -> "ffn.lin1.weight";
            case "mlp.up.bias" -> "ffn.lin1.bias";
            case "mlp.down" -> "ffn.lin2.weight";
            case "mlp.down.bias" -> "ffn.lin2.bias";
            case "mlp.outnorm.gain" -> "output_layer_norm.weight";
            case "mlp.outnorm.bias" -> "output_layer_norm.bias";
            default -> throw new IllegalArgumentException("distilbert: no tensor for " + name);
        };
    }
}
