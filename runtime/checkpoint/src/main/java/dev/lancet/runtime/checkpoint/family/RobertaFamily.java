package dev.lancet.runtime.checkpoint.family;

import dev.lancet.dsl.Head;
import dev.lancet.dsl.Position;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.Weight;
import dev.lancet.runtime.json.ConfigJson;
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
        int first = config.integer("pad_token_id").orElse(1) + 1;
        Head head = EncoderConfig.head(config, EncoderConfig.bertFeedForward(config), Head.Activation.TANH);
        // The head of hidden tokens always has the exact GELU.
        Head exact = head instanceof Head.MaskedToken ? Head.maskedToken(Head.Activation.GELU) : head;
        return EncoderConfig.bert(config, name)
                .context(config.requiredInteger("max_position_embeddings") - first)
                .position(Position.learned().from(first))
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
        Map<String, Object> config = EncoderConfig.writeBert("Roberta", "roberta", transformer);
        config.put("max_position_embeddings", transformer.context() + learned.first());
        config.put("pad_token_id", learned.first() - 1);
        config.put("bos_token_id", 0);
        config.put("eos_token_id", 2);
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
            case "head.dense" -> classifies ? "classifier.dense.weight" : "lm_head.dense.weight";
            case "head.dense.bias" -> classifies ? "classifier.dense.bias" : "lm_head.dense.bias";
            case "head.norm.gain" -> "lm_head.layer_norm.weight";
            case "head.norm.bias" -> "lm_head.layer_norm.bias";
            case "head" -> "classifier.out_proj.weight";
            case "head.bias" -> classifies ? "classifier.out_proj.bias" : "lm_head.bias";
            default -> BertFamily.embedding(name);
        };
    }
}
