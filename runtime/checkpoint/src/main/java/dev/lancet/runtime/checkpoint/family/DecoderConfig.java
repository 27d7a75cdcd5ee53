package dev.lancet.runtime.checkpoint.family;

import dev.lancet.dsl.Attention;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.TransformerBuilder;
import dev.lancet.runtime.json.ConfigJson;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The keys that config.json files of decoders have in common since LLaMA. */
final class DecoderConfig {

    private DecoderConfig() {}

    /**
     * A decoder with the sizes of a config.json, still without blocks.
     *
     * @param tied whether the head is the embedding if config.json does not say it
     */
    static TransformerBuilder sizes(ConfigJson config, String name, boolean tied) {
        TransformerBuilder model = Transformer.decoder(name)
                .vocabulary(config.requiredInteger("vocab_size"))
                .context(config.requiredInteger("max_position_embeddings"))
                .width(config.requiredInteger("hidden_size"))
                .layers(config.requiredInteger("num_hidden_layers"));
        return config.flag("tie_word_embeddings").orElse(tied) ? model.tiedHead() : model.untiedHead();
    }

    /**
     * The heads of attention, with their width.
     *
     * @param own whether a missing number of key and value heads means one for each query head
     */
    static Attention heads(ConfigJson config, boolean own) {
        int heads = config.requiredInteger("num_attention_heads");
        String key = "num_key_value_heads";
        int kv = own || config.has(key) ? config.integer(key).orElse(heads) : config.requiredInteger(key);
        boolean biased = config.flag("attention_bias").orElse(false);
        Attention attention = Attention.heads(heads).kv(kv).headWidth(headWidth(config));
        return biased ? attention.bias() : attention;
    }

    /** The width of a head: a key of its own, or the width of the model divided by the heads. */
    static int headWidth(ConfigJson config) {
        return config.integer("head_dim")
                .orElseGet(() -> Math.max(1, config.requiredInteger("hidden_size"))
                        / Math.max(1, config.requiredInteger("num_attention_heads")));
    }

    /** Scores with this factor. The usual one has no word in a declaration. */
    static Attention scaled(Attention attention, double factor) {
        return factor == attention.scale(0).scoreFactor() ? attention.scale(0) : attention.scale(factor);
    }

    /** Checks the function of the feed-forward blocks. */
    static void requireFunction(ConfigJson config, String key, String wanted) {
        String found = config.text(key).orElse(wanted);
        if (!found.equals(wanted)) {
            throw config.unsupported(key, found, wanted);
        }
    }

    /** The keys that {@link #sizes} and {@link #heads} read. */
    static Map<String, Object> write(Transformer transformer, String architecture, String modelType) {
        Attention attention = transformer.attention();
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("architectures", List.of(architecture + "ForCausalLM"));
        config.put("model_type", modelType);
        config.put("vocab_size", transformer.vocabulary());
        config.put("max_position_embeddings", transformer.context());
        config.put("hidden_size", transformer.width());
        config.put("intermediate_size", transformer.feedForward().hidden());
        config.put("num_hidden_layers", transformer.layers());
        config.put("num_attention_heads", attention.heads());
        config.put("num_key_value_heads", attention.kvHeads());
        config.put("head_dim", attention.headWidth());
        config.put("attention_bias", attention.outputBiased());
        config.put("rms_norm_eps", transformer.norm().epsilon());
        config.put("tie_word_embeddings", transformer.tiedHead());
        // Lancet does not know them, and the usual ones of a family may lie outside the vocabulary.
        config.put("bos_token_id", null);
        config.put("eos_token_id", null);
        config.put("pad_token_id", null);
        config.put("torch_dtype", "float32");
        return config;
    }

    /** The number whose inverse a factor is. */
    static double divisor(double factor) {
        double plain = 1 / factor;
        double whole = Math.rint(plain);
        for (double candidate : new double[] {whole, plain, Math.nextUp(plain), Math.nextDown(plain)}) {
            if (1 / candidate == factor) {
                return candidate;
            }
        }
        return plain;
    }
}
