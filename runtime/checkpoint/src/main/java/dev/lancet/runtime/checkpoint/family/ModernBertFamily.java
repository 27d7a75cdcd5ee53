package dev.lancet.runtime.checkpoint.family;

import dev.lancet.dsl.Attention;
import dev.lancet.dsl.BlockVariant;
import dev.lancet.dsl.FeedForward;
import dev.lancet.dsl.Head;
import dev.lancet.dsl.Norm;
import dev.lancet.dsl.Position;
import dev.lancet.dsl.Residual;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.TransformerBuilder;
import dev.lancet.dsl.Weight;
import dev.lancet.runtime.json.ConfigJson;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * ModernBERT (Warner et al., 2024): rotary positions, gated feed-forward blocks, and a sliding window in most blocks. One array
 * holds query, key and value, another gate and up.
 */
final class ModernBertFamily implements ArchitectureFamily {

    private static final String SLIDING = "sliding_attention";
    private static final String FULL = "full_attention";
    private static final double GLOBAL_THETA = 160_000;
    private static final double LOCAL_THETA = 10_000;

    @Override
    public List<String> modelTypes() {
        return List.of("modernbert");
    }

    @Override
    public String prefix() {
        return "model.";
    }

    @Override
    public String prefix(Transformer transformer) {
        return transformer.head() instanceof Head.TextVector ? "" : prefix();
    }

    @Override
    public boolean outside(String tensor) {
        return tensor.startsWith("head.") || tensor.startsWith("decoder.");
    }

    @Override
    public boolean isBuffer(String tensor) {
        return tensor.equals("decoder.weight");
    }

    @Override
    public Transformer read(ConfigJson config, String modelType, String name) {
        int layers = config.requiredInteger("num_hidden_layers");
        boolean biased = config.flag("attention_bias").orElse(false);
        Attention attention = Attention.heads(config.requiredInteger("num_attention_heads"));
        String function = config.text("hidden_activation").orElse("gelu");
        if (!function.equals("gelu")) {
            throw config.unsupported("hidden_activation", function, "gelu");
        }
        Norm plain = Norm.layerNorm(config.number("norm_eps").orElse(1e-5));
        Norm norm = config.flag("norm_bias").orElse(false) ? plain : plain.withoutBias();
        TransformerBuilder model = Transformer.encoder(name)
                .vocabulary(config.requiredInteger("vocab_size"))
                .context(config.requiredInteger("max_position_embeddings"))
                .width(config.requiredInteger("hidden_size"))
                .layers(layers)
                .attention(biased ? attention.bias() : attention)
                .feedForward(FeedForward.geglu(config.requiredInteger("intermediate_size"))
                        .bias(config.flag("mlp_bias").orElse(false)))
                .norm(norm)
                .position(rotary(config, FULL, "global_rope_theta", GLOBAL_THETA))
                .residual(Residual.preNorm())
                .firstNorm(norm)
                .head(head(config));
        int[] sliding = sliding(config, layers);
        if (sliding.length > 0) {
            int window = 2 * (config.integer("local_attention").orElse(128) / 2);
            model.variant(window, rotary(config, SLIDING, "local_rope_theta", LOCAL_THETA), sliding);
        }
        return model.build();
    }

    private static Head head(ConfigJson config) {
        String architecture = EncoderConfig.architecture(config);
        if (architecture.endsWith("ForSequenceClassification")) {
            throw config.unsupported("architectures", architecture, "ModernBertModel or ModernBertForMaskedLM");
        }
        EncoderConfig.require(config, "decoder_bias", true);
        String function = config.text("classifier_activation").orElse("gelu");
        if (!function.equals("gelu")) {
            throw config.unsupported("classifier_activation", function, "gelu");
        }
        Head head = EncoderConfig.head(config, FeedForward.gelu(1), Head.Activation.GELU);
        return head instanceof Head.MaskedToken masked
                        && !config.flag("classifier_bias").orElse(false)
                ? masked.withoutBias()
                : head;
    }

    private static Position.Rotary rotary(ConfigJson config, String kind, String key, double usual) {
        Optional<ConfigJson> parameters = config.object("rope_parameters").flatMap(all -> all.object(kind));
        String type = parameters.flatMap(some -> some.text("rope_type")).orElse("default");
        if (!type.equals("default")) {
            throw config.unsupported("rope_type", type, "default");
        }
        return Position.rotary(parameters
                .flatMap(some -> some.number("rope_theta"))
                .or(() -> config.number(key))
                .orElse(usual));
    }

    /** The blocks that see only a window. */
    private static int[] sliding(ConfigJson config, int layers) {
        if (config.find("layer_types").isPresent()) {
            List<String> types = config.find("layer_types")
                    .get()
                    .valueStream()
                    .map(type -> type.asString(""))
                    .toList();
            if (types.size() != layers || !types.stream().allMatch(type -> type.equals(SLIDING) || type.equals(FULL))) {
                throw config.unsupported("layer_types", types, FULL + " or " + SLIDING + " for each of the layers");
            }
            return IntStream.range(0, layers)
                    .filter(block -> types.get(block).equals(SLIDING))
                    .toArray();
        }
        int every = Math.max(1, config.integer("global_attn_every_n_layers").orElse(3));
        return IntStream.range(0, layers).filter(block -> block % every != 0).toArray();
    }

    @Override
    public Optional<Map<String, Object>> write(Transformer transformer) {
        boolean fits = transformer.position() instanceof Position.Rotary
                && transformer
                        .variant()
                        .filter(some -> !(some.position() instanceof Position.Rotary))
                        .isEmpty();
        if (!fits) {
            return Optional.empty();
        }
        Map<String, Object> config = new LinkedHashMap<>();
        EncoderConfig.writeHead(config, "ModernBert", transformer.head());
        config.put("model_type", "modernbert");
        config.put("vocab_size", transformer.vocabulary());
        config.put("max_position_embeddings", transformer.context());
        config.put("hidden_size", transformer.width());
        config.put("num_hidden_layers", transformer.layers());
        config.put("num_attention_heads", transformer.attention().heads());
        config.put("intermediate_size", transformer.feedForward().hidden());
        config.put("hidden_activation", "gelu");
        config.put("norm_eps", transformer.norm().epsilon());
        config.put("norm_bias", transformer.norm().biased());
        config.put("attention_bias", transformer.attention().outputBiased());
        config.put("mlp_bias", transformer.feedForward().bias());
        config.put("decoder_bias", true);
        boolean biased = transformer.head() instanceof Head.MaskedToken masked && !masked.unbiased();
        config.put("classifier_bias", biased);
        writeBlocks(transformer, config);
        config.put("pad_token_id", 0);
        config.put("torch_dtype", "float32");
        return Optional.of(config);
    }

    private static void writeBlocks(Transformer transformer, Map<String, Object> config) {
        Position.Rotary full = (Position.Rotary) transformer.position();
        Optional<BlockVariant> variant = transformer.variant();
        Position.Rotary local =
                variant.map(some -> (Position.Rotary) some.position()).orElse(Position.rotary(LOCAL_THETA));
        List<Integer> sliding = variant.map(BlockVariant::blocks).orElse(List.of());
        config.put("local_attention", variant.map(BlockVariant::window).orElse(128));
        config.put(
                "layer_types",
                IntStream.range(0, transformer.layers())
                        .mapToObj(block -> sliding.contains(block) ? SLIDING : FULL)
                        .toList());
        config.put("global_rope_theta", full.theta());
        config.put("local_rope_theta", local.theta());
        config.put(
                "rope_parameters",
                Map.of(
                        FULL, Map.of("rope_type", "default", "rope_theta", full.theta()),
                        SLIDING, Map.of("rope_type", "default", "rope_theta", local.theta())));
    }

    @Override
    public TensorMapping slot(Transformer transformer, Weight weight) {
        String name = weight.name();
        if (weight.block() < 0) {
            return switch (name) {
                case "embedding" -> TensorMapping.whole("embeddings.tok_embeddings.weight", weight);
                case "embedding.norm.gain" -> TensorMapping.whole("embeddings.norm.weight", weight);
                case "embedding.norm.bias" -> TensorMapping.whole("embeddings.norm.bias", weight);
                case "norm.gain" -> TensorMapping.whole("final_norm.weight", weight);
                case "norm.bias" -> TensorMapping.whole("final_norm.bias", weight);
                case "head.dense" -> TensorMapping.transpose("head.dense.weight", weight);
                case "head.dense.bias" -> TensorMapping.whole("head.dense.bias", weight);
                case "head.norm.gain" -> TensorMapping.whole("head.norm.weight", weight);
                case "head.norm.bias" -> TensorMapping.whole("head.norm.bias", weight);
                case "head.bias" -> TensorMapping.whole("decoder.bias", weight);
                default -> throw new IllegalArgumentException("modernbert: no tensor for " + name);
            };
        }
        String block = "layers." + weight.block() + ".";
        int width = transformer.width();
        int hidden = transformer.feedForward().hidden();
        return switch (name.substring(("h." + weight.block() + ".").length())) {
            case "attn.norm.gain" -> TensorMapping.whole(block + "attn_norm.weight", weight);
            case "attn.norm.bias" -> TensorMapping.whole(block + "attn_norm.bias", weight);
            case "attn.q" -> TensorMapping.rows(block + "attn.Wqkv.weight", weight, 0, 3 * width);
            case "attn.k" -> TensorMapping.rows(block + "attn.Wqkv.weight", weight, width, 3 * width);
            case "attn.v" -> TensorMapping.rows(block + "attn.Wqkv.weight", weight, 2 * width, 3 * width);
            case "attn.q.bias" -> TensorMapping.columns(block + "attn.Wqkv.bias", weight, 0, 3 * width);
            case "attn.k.bias" -> TensorMapping.columns(block + "attn.Wqkv.bias", weight, width, 3 * width);
            case "attn.v.bias" -> TensorMapping.columns(block + "attn.Wqkv.bias", weight, 2 * width, 3 * width);
            case "attn.o" -> TensorMapping.transpose(block + "attn.Wo.weight", weight);
            case "attn.o.bias" -> TensorMapping.whole(block + "attn.Wo.bias", weight);
            case "mlp.norm.gain" -> TensorMapping.whole(block + "mlp_norm.weight", weight);
            case "mlp.norm.bias" -> TensorMapping.whole(block + "mlp_norm.bias", weight);
            case "mlp.gate" -> TensorMapping.rows(block + "mlp.Wi.weight", weight, 0, 2 * hidden);
            case "mlp.gate.bias" -> TensorMapping.columns(block + "mlp.Wi.bias", weight, 0, 2 * hidden);
            case "mlp.up" -> TensorMapping.rows(block + "mlp.Wi.weight", weight, hidden, 2 * hidden);
            case "mlp.up.bias" -> TensorMapping.columns(block + "mlp.Wi.bias", weight, hidden, 2 * hidden);
            case "mlp.down" -> TensorMapping.transpose(block + "mlp.Wo.weight", weight);
            case "mlp.down.bias" -> TensorMapping.whole(block + "mlp.Wo.bias", weight);
            default -> throw new IllegalArgumentException("modernbert: no tensor for " + name);
        };
    }
}
