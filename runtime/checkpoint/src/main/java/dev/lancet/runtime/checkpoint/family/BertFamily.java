package dev.lancet.runtime.checkpoint.family;

import dev.lancet.dsl.Head;
import dev.lancet.dsl.Position;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.Weight;
import dev.lancet.runtime.json.ConfigJson;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** BERT, and what is built like it: MiniLM, BGE, E5, GTE (Devlin et al., 2018). */
final class BertFamily implements ArchitectureFamily {

    @Override
    public List<String> modelTypes() {
        return List.of("bert");
    }

    @Override
    public String prefix() {
        return "bert.";
    }

    @Override
    public String prefix(Transformer transformer) {
        return transformer.head() instanceof Head.TextVector ? "" : prefix();
    }

    @Override
    public boolean outside(String tensor) {
        return tensor.startsWith("cls.") || tensor.startsWith("classifier.");
    }

    /** Files that come from TensorFlow call gain and bias of a norm gamma and beta. */
    @Override
    public String formerName(String tensor) {
        return tensor.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta");
    }

    /** Also the pooler of a model whose vector does not come from it, and the second head of pre-training. */
    @Override
    public boolean isBuffer(String tensor) {
        return tensor.endsWith("embeddings.position_ids")
                || tensor.contains("pooler.dense.")
                || tensor.startsWith("cls.predictions.decoder.")
                || tensor.startsWith("cls.seq_relationship.");
    }

    @Override
    public Transformer read(ConfigJson config, String modelType, String name) {
        String positions = config.text("position_embedding_type").orElse("absolute");
        if (!positions.equals("absolute")) {
            throw config.unsupported("position_embedding_type", positions, "absolute");
        }
        return EncoderConfig.bert(config, name)
                .context(config.requiredInteger("max_position_embeddings"))
                .position(Position.learned())
                .head(EncoderConfig.head(config, EncoderConfig.bertFeedForward(config), Head.Activation.TANH))
                .build();
    }

    @Override
    public Optional<Map<String, Object>> write(Transformer transformer) {
        if (transformer.embedding().tokenTypes() == 0 || !(transformer.position() instanceof Position.Learned)) {
            return Optional.empty();
        }
        Map<String, Object> config = EncoderConfig.writeBert("Bert", "bert", transformer);
        config.put("max_position_embeddings", transformer.context());
        config.put("position_embedding_type", "absolute");
        config.put("pad_token_id", 0);
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
        String tensor = "encoder.layer." + weight.block() + "." + inner(rest);
        return weight.role().matrix() ? TensorMapping.transpose(tensor, weight) : TensorMapping.whole(tensor, weight);
    }

    private static String outer(String name, boolean classifies) {
        return switch (name) {
            case "head.dense" -> classifies ? "pooler.dense.weight" : "cls.predictions.transform.dense.weight";
            case "head.dense.bias" -> classifies ? "pooler.dense.bias" : "cls.predictions.transform.dense.bias";
            case "head.norm.gain" -> "cls.predictions.transform.LayerNorm.weight";
            case "head.norm.bias" -> "cls.predictions.transform.LayerNorm.bias";
            case "head" -> "classifier.weight";
            case "head.bias" -> classifies ? "classifier.bias" : "cls.predictions.bias";
            default -> embedding(name);
        };
    }

    /** The name of a tensor before the blocks; RoBERTa's are the same. */
    static String embedding(String name) {
        return switch (name) {
            case "embedding" -> "embeddings.word_embeddings.weight";
            case "position" -> "embeddings.position_embeddings.weight";
            case "tokenType" -> "embeddings.token_type_embeddings.weight";
            case "embedding.norm.gain" -> "embeddings.LayerNorm.weight";
            case "embedding.norm.bias" -> "embeddings.LayerNorm.bias";
            default -> throw new IllegalArgumentException("bert: no tensor for " + name);
        };
    }

    /** The name of a tensor of a block; RoBERTa's are the same. */
    static String inner(String name) {
        return switch (name) {
            case "attn.q" -> "attention.self.query.weight";
            case "attn.q.bias" -> "attention.self.query.bias";
            case "attn.k" -> "attention.self.key.weight";
            case "attn.k.bias" -> "attention.self.key.bias";
            case "attn.v" -> "attention.self.value.weight";
            case "attn.v.bias" -> "attention.self.value.bias";
            case "attn.o" -> "attention.output.dense.weight";
            case "attn.o.bias" -> "attention.output.dense.bias";
            case "attn.outnorm.gain" -> "attention.output.LayerNorm.weight";
            case "attn.outnorm.bias" -> "attention.output.LayerNorm.bias";
            case "mlp.up" -> "intermediate.dense.weight";
            case "mlp.up.bias" -> "intermediate.dense.bias";
            case "mlp.down" -> "output.dense.weight";
            case "mlp.down.bias" -> "output.dense.bias";
            case "mlp.outnorm.gain" -> "output.LayerNorm.weight";
            case "mlp.outnorm.bias" -> "output.LayerNorm.bias";
            default -> throw new IllegalArgumentException("bert: no tensor for " + name);
        };
    }
}
