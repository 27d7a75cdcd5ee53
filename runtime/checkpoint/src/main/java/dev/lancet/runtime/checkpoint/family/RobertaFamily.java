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

/**
 * RoBERTa and XLM-RoBERTa (Liu et al., 2019; Conneau et al., 2019). Their blocks are BERT's; the first position takes the row
 * behind that of the padding token.
 */
final class RobertaFamily implements ArchitectureFamily {

    @Override
    public List<String> modelTypes() {
        return List.of("roberta", "xlm-roberta");
    }

    @Override
    public String prefix() {
        return "roberta.";
    }

    @Override
    public String prefix(Transformer transformer) {
        return transformer.head() instanceof Head.TextVector ? "" : prefix();
    }

    @Override
    public boolean outside(String tensor) {
        return tensor.startsWith("lm_head.") || tensor.startsWith("classifier.");
    }

    @Override
    public boolean isBuffer(String tensor) {
        return tensor.endsWith("embeddings.position_ids")
                || tensor.contains("pooler.dense.")
                || tensor.startsWith("lm_head.decoder.");
    }

    @Override
    public Transformer read(ConfigJson config, String modelType, String name) {
        EncoderConfig.require(config, "is_decoder", false);
        EncoderConfig.require(config, "add_cross_attention", false);
        int first = config.integer("pad_token_id").orElse(1) + 1;
        FeedForward feedForward =
                EncoderConfig.feedForward(config, "hidden_act", config.requiredInteger("intermediate_size"));
        Norm norm = Norm.layerNorm(config.number("layer_norm_eps").orElse(1e-12));
        Head head = EncoderConfig.head(config, feedForward, Head.Activation.TANH);
        // The head of hidden tokens always has the exact GELU.
        Head exact = head instanceof Head.MaskedToken ? Head.maskedToken(Head.Activation.GELU) : head;
        return Transformer.encoder(name)
                .vocabulary(config.requiredInteger("vocab_size"))
                .context(config.requiredInteger("max_position_embeddings") - first)
                .width(config.requiredInteger("hidden_size"))
                .layers(config.requiredInteger("num_hidden_layers"))
                .attention(Attention.heads(config.requiredInteger("num_attention_heads"))
                        .bias())
                .feedForward(feedForward)
                .norm(norm)
                .position(Position.learned().from(first))
                .tokenTypes(config.integer("type_vocab_size").orElse(2))
                .embeddingNorm(norm)
                .head(exact)
                .build();
    }

    @Override
    public Optional<Map<String, Object>> write(Transformer transformer) {
        if (transformer.embedding().tokenTypes() == 0
                || !(transformer.position() instanceof Position.Learned learned)
                || learned.first() == 0) {
            return Optional.empty();
        }
        Map<String, Object> config = new LinkedHashMap<>();
        EncoderConfig.writeHead(config, "Roberta", transformer.head());
        config.put("model_type", "roberta");
        config.put("vocab_size", transformer.vocabulary());
        config.put("max_position_embeddings", transformer.context() + learned.first());
        config.put("hidden_size", transformer.width());
        config.put("num_hidden_layers", transformer.layers());
        config.put("num_attention_heads", transformer.attention().heads());
        config.put("intermediate_size", transformer.feedForward().hidden());
        config.put("hidden_act", EncoderConfig.function(transformer.feedForward()));
        config.put("layer_norm_eps", transformer.norm().epsilon());
        config.put("type_vocab_size", transformer.embedding().tokenTypes());
        config.put("pad_token_id", learned.first() - 1);
        config.put("bos_token_id", 0);
        config.put("eos_token_id", 2);
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
        String tensor = "encoder.layer." + weight.block() + "." + BertFamily.inner(rest);
        return weight.role().matrix() ? TensorMapping.transpose(tensor, weight) : TensorMapping.whole(tensor, weight);
    }

    private static String outer(String name, boolean classifies) {
        return switch (name) {
            case "embedding" -> "embeddings.word_embeddings.weight";
            case "position" -> "embeddings.position_embeddings.weight";
            case "tokenType" -> "embeddings.token_type_embeddings.weight";
            case "embedding.norm.gain" -> "embeddings.LayerNorm.weight";
            case "embedding.norm.bias" -> "embeddings.LayerNorm.bias";
            case "head.dense" -> classifies ? "classifier.dense.weight" : "lm_head.dense.weight";
            case "head.dense.bias" -> classifies ? "classifier.dense.bias" : "lm_head.dense.bias";
            case "head.norm.gain" -> "lm_head.layer_norm.weight";
            case "head.norm.bias" -> "lm_head.layer_norm.bias";
            case "head" -> "classifier.out_proj.weight";
            case "head.bias" -> classifies ? "classifier.out_proj.bias" : "lm_head.bias";
            default -> throw new IllegalArgumentException("roberta: no tensor for " + name);
        };
    }
}
