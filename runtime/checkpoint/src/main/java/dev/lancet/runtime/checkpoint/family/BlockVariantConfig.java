package dev.lancet.runtime.checkpoint.family;

import dev.lancet.dsl.Attention;
import dev.lancet.dsl.Position;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.TransformerBuilder;
import dev.lancet.runtime.json.ConfigJson;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** The windows and positions of blocks in a config.json, where not all blocks have the same. */
final class BlockVariantConfig {

    static final String FULL = "full_attention";
    static final String SLIDING = "sliding_attention";

    private BlockVariantConfig() {}

    /**
     * The form of a block.
     *
     * @param window of its attention, or 0 for all earlier positions
     */
    record Form(int window, Position position) {}

    /** The key {@code layer_types} for each block, or empty if it is missing. */
    static Optional<List<String>> types(ConfigJson config, int layers) {
        return config.find("layer_types").map(given -> {
            List<String> types =
                    given.valueStream().map(type -> type.asString("")).toList();
            if (types.size() != layers || !types.stream().allMatch(type -> type.equals(SLIDING) || type.equals(FULL))) {
                throw config.unsupported("layer_types", types, FULL + " or " + SLIDING + " for each of the layers");
            }
            return types;
        });
    }

    /** The value of {@code layer_types}. */
    static List<String> types(Transformer transformer) {
        return IntStream.range(0, transformer.layers())
                .mapToObj(block -> transformer.window(block) == 0 ? FULL : SLIDING)
                .toList();
    }

    /**
     * Declares the attention of blocks with at most two forms. Blocks that rotate and see all positions are the usual ones if
     * there are any.
     *
     * @param forms of each block
     */
    static TransformerBuilder declare(
            ConfigJson config, TransformerBuilder model, Attention attention, List<Form> forms) {
        List<Form> distinct = forms.stream().distinct().toList();
        if (distinct.size() > 2) {
            throw config.unsupported("layer_types", distinct.size() + " kinds of layers", "two kinds at most");
        }
        Form usual = distinct.stream()
                .filter(form -> form.window() == 0 && form.position() instanceof Position.Rotary)
                .findFirst()
                .or(() -> distinct.stream()
                        .filter(form -> form.position() instanceof Position.Rotary)
                        .findFirst())
                .orElse(distinct.get(0));
        model.attention(attention.window(usual.window())).position(usual.position());
        distinct.stream().filter(form -> !form.equals(usual)).findFirst().ifPresent(other -> {
            int[] blocks = IntStream.range(0, forms.size())
                    .filter(block -> forms.get(block).equals(other))
                    .toArray();
            model.variant(other.window(), other.position(), blocks);
        });
        return model;
    }
}
