package dev.lancet.runtime.checkpoint.family;

import dev.lancet.dsl.Attention;
import dev.lancet.dsl.FeedForward;
import dev.lancet.dsl.Head;
import dev.lancet.dsl.Norm;
import dev.lancet.dsl.Pooling;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.TransformerBuilder;
import dev.lancet.runtime.json.ConfigJson;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** What the config.json of encoders have in common. */
final class EncoderConfig {

    private EncoderConfig() {}

    /** The class of a model, which names its head; empty where a file does not say it. */
    static String architecture(ConfigJson config) {
        return config.find("architectures")
                .filter(names -> names.isArray() && !names.isEmpty())
                .map(names -> names.get(0).asString(""))
                .orElse("");
    }

    /** A plain feed-forward block with biases. */
    static FeedForward feedForward(ConfigJson config, String key, int hidden) {
        String function = config.text(key).orElse("gelu");
        return switch (function) {
            case "gelu" -> FeedForward.gelu(hidden);
            case "gelu_new", "gelu_fast", "gelu_pytorch_tanh" -> FeedForward.geluTanh(hidden);
            default -> throw config.unsupported(key, function, "gelu, gelu_new or gelu_pytorch_tanh");
        };
    }

    /** The name of the function of a feed-forward block. */
    static String function(FeedForward feedForward) {
        return feedForward.kind() == FeedForward.Kind.GELU ? "gelu" : "gelu_new";
    }

    /** The function of a head as that of the feed-forward blocks. */
    static Head.Activation activation(FeedForward feedForward) {
        return feedForward.kind() == FeedForward.Kind.GELU ? Head.Activation.GELU : Head.Activation.GELU_TANH;
    }

    /**
     * The head that the class of a model names: {@code ...ForMaskedLM}, {@code ...ForSequenceClassification}, or a vector.
     *
     * @param classes the function of the dense layer before the scores of classes
     */
    static Head head(ConfigJson config, FeedForward feedForward, Head.Activation classes) {
        String architecture = architecture(config);
        if (architecture.endsWith("ForMaskedLM") || architecture.endsWith("ForPreTraining")) {
            return Head.maskedToken(activation(feedForward));
        }
        if (architecture.endsWith("ForSequenceClassification")) {
            return Head.classes(count(config), Pooling.CLS, classes);
        }
        if (architecture.isEmpty() || architecture.endsWith("Model")) {
            return SentenceTransformer.head(config);
        }
        throw config.unsupported(
                "architectures", architecture, "...Model, ...ForMaskedLM or ...ForSequenceClassification");
    }

    private static int count(ConfigJson config) {
        return config.object("id2label")
                .map(labels -> labels.node().size())
                .or(() -> config.integer("num_labels"))
                .orElse(2);
    }

    /** The class of a model and, of a classifier, its labels. */
    static void writeHead(Map<String, Object> config, String model, Head head) {
        String suffix = head instanceof Head.MaskedToken
                ? "ForMaskedLM"
                : head instanceof Head.Classes ? "ForSequenceClassification" : "Model";
        config.put("architectures", List.of(model + suffix));
        if (head instanceof Head.Classes classes) {
            Map<String, Object> names = new LinkedHashMap<>();
            Map<String, Object> numbers = new LinkedHashMap<>();
            IntStream.range(0, classes.count()).forEach(label -> {
                names.put(String.valueOf(label), "LABEL_" + label);
                numbers.put("LABEL_" + label, label);
            });
            config.put("id2label", names);
            config.put("label2id", numbers);
        }
    }

    /** Requires a setting to have its usual value. */
    static void require(ConfigJson config, String key, boolean wanted) {
        if (config.flag(key).orElse(wanted) != wanted) {
            throw config.unsupported(key, !wanted, Boolean.toString(wanted));
        }
    }

    /**
     * Begins a model with BERT's blocks: everything but its context, its positions and its head.
     *
     * @throws dev.lancet.dsl.LancetException if the file asks for what an encoder does not have
     */
    static TransformerBuilder bert(ConfigJson config, String name) {
        require(config, "is_decoder", false);
        require(config, "add_cross_attention", false);
        Norm norm = Norm.layerNorm(config.number("layer_norm_eps").orElse(1e-12));
        return Transformer.encoder(name)
                .vocabulary(config.requiredInteger("vocab_size"))
                .width(config.requiredInteger("hidden_size"))
                .layers(config.requiredInteger("num_hidden_layers"))
                .attention(Attention.heads(config.requiredInteger("num_attention_heads"))
                        .bias())
                .feedForward(bertFeedForward(config))
                .norm(norm)
                .tokenTypes(config.integer("type_vocab_size").orElse(2))
                .embeddingNorm(norm);
    }

    static FeedForward bertFeedForward(ConfigJson config) {
        return feedForward(config, "hidden_act", config.requiredInteger("intermediate_size"));
    }

    /** Writes what {@link #bert} reads, and the head. */
    static Map<String, Object> writeBert(String model, String type, Transformer transformer) {
        Map<String, Object> config = new LinkedHashMap<>();
        writeHead(config, model, transformer.head());
        config.put("model_type", type);
        config.put("vocab_size", transformer.vocabulary());
        config.put("hidden_size", transformer.width());
        config.put("num_hidden_layers", transformer.layers());
        config.put("num_attention_heads", transformer.attention().heads());
        config.put("intermediate_size", transformer.feedForward().hidden());
        config.put("hidden_act", function(transformer.feedForward()));
        config.put("layer_norm_eps", transformer.norm().epsilon());
        config.put("type_vocab_size", transformer.embedding().tokenTypes());
        config.put("torch_dtype", "float32");
        return config;
    }
}
