package dev.lancet.runtime.checkpoint.family;

import dev.lancet.dsl.Attention;
import dev.lancet.dsl.FeedForward;
import dev.lancet.dsl.Norm;
import dev.lancet.dsl.Position;
import dev.lancet.dsl.Transformer;
import dev.lancet.runtime.json.ConfigJson;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** SmolLM3: LLaMA with some blocks, usually each fourth, that rotate nothing. */
final class SmolLm3Family implements LlamaTensors {

    private static final double USUAL_THETA = 2_000_000;

    @Override
    public List<String> modelTypes() {
        return List.of("smollm3");
    }

    @Override
    public Transformer read(ConfigJson config, String modelType, String name) {
        DecoderConfig.requireFunction(config, "hidden_act", "silu");
        Attention attention = DecoderConfig.heads(config, false);
        int layers = config.requiredInteger("num_hidden_layers");
        List<Boolean> rotated = rotated(config, layers);
        int window = config.flag("use_sliding_window").orElse(false)
                ? config.integer("sliding_window").orElse(0)
                : 0;
        List<String> types = BlockVariantConfig.types(config, layers).orElseGet(() -> rotated.stream()
                .map(rotates -> rotates ? BlockVariantConfig.FULL : BlockVariantConfig.SLIDING)
                .toList());
        Position rotary = RotaryConfig.read(config, USUAL_THETA);
        List<BlockVariantConfig.Form> forms = IntStream.range(0, layers)
                .mapToObj(block -> new BlockVariantConfig.Form(
                        types.get(block).equals(BlockVariantConfig.SLIDING) ? window : 0,
                        rotated.get(block) ? rotary : Position.noPositions()))
                .toList();
        return BlockVariantConfig.declare(config, DecoderConfig.sizes(config, name, true), attention, forms)
                .feedForward(FeedForward.swiglu(config.requiredInteger("intermediate_size"))
                        .bias(config.flag("mlp_bias").orElse(false)))
                .norm(Norm.rmsNorm(config.number("rms_norm_eps").orElse(1e-6)))
                .build();
    }

    /** Whether each block rotates queries and keys. */
    private static List<Boolean> rotated(ConfigJson config, int layers) {
        Optional<List<Integer>> given = config.find("no_rope_layers")
                .map(list -> list.valueStream().map(one -> one.asInt(-1)).toList());
        if (given.isEmpty()) {
            int interval = Math.max(1, config.integer("no_rope_layer_interval").orElse(4));
            return IntStream.range(0, layers)
                    .mapToObj(block -> (block + 1) % interval != 0)
                    .toList();
        }
        if (given.get().size() < layers || given.get().stream().anyMatch(one -> one != 0 && one != 1)) {
            throw config.unsupported("no_rope_layers", given.get(), "1 or 0 for each of the layers");
        }
        return given.get().stream().limit(layers).map(one -> one == 1).toList();
    }

    @Override
    public Optional<Map<String, Object>> write(Transformer transformer) {
        List<Position> positions = IntStream.range(0, transformer.layers())
                .mapToObj(transformer::position)
                .toList();
        if (!(transformer.position() instanceof Position.Rotary rotary)) {
            return Optional.empty();
        }
        Map<String, Object> config = DecoderConfig.write(transformer, "SmolLM3", "smollm3");
        config.put("hidden_act", "silu");
        config.put("mlp_bias", transformer.feedForward().bias());
        RotaryConfig.write(rotary, config);
        config.put(
                "no_rope_layers",
                positions.stream()
                        .map(position -> position instanceof Position.Rotary ? 1 : 0)
                        .toList());
        int window = IntStream.range(0, transformer.layers())
                .map(transformer::window)
                .max()
                .orElse(0);
        config.put("layer_types", BlockVariantConfig.types(transformer));
        config.put("use_sliding_window", window != 0);
        config.put("sliding_window", window == 0 ? null : (Object) window);
        return Optional.of(config);
    }
}
