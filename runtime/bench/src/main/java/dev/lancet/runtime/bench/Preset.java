package dev.lancet.runtime.bench;

import dev.lancet.dsl.Attention;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.FeedForward;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Presets;
import dev.lancet.dsl.Rank;
import dev.lancet.dsl.Selector;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Plan;
import java.util.Locale;
import java.util.Optional;

/**
 * A model to measure, in a size that other frameworks are measured at too.
 *
 * @param name the name of the preset
 * @param transformer the model; its context is the length of a sequence
 * @param batch sequences per training step
 */
public record Preset(String name, Transformer transformer, int batch) {

    private static final int CONTEXT = 256;

    /**
     * The preset of this name. S has 6 layers, width 256, 8 heads, feed-forward 688, vocabulary 4096 and batch 8. M has
     * 12 layers, width 768, 12 heads, feed-forward 2048, vocabulary 8192 and batch 4. Both are LLaMA-style with an
     * untied head and sequences of 256 tokens. Other names are published models, with one sequence of the full context
     * per step.
     *
     * @throws IllegalArgumentException if there is no such preset
     */
    public static Preset named(String name) {
        return switch (name.toUpperCase(Locale.ROOT)) {
            case "S" -> new Preset("S", llama("bench-s", 6, 256, 8, 688, 4096), 8);
            case "M" -> new Preset("M", llama("bench-m", 12, 768, 12, 2048, 8192), 4);
            default ->
                Presets.find(name)
                        .map(published -> new Preset(published.name(), published, 1))
                        .orElseThrow(() -> new IllegalArgumentException(
                                "--preset: " + name + "; choose S, M or one of " + String.join(", ", Presets.names())));
        };
    }

    /** The same preset with another number of layers, sequence length or batch, where given. */
    public Preset sized(Optional<Integer> layers, Optional<Integer> sequence, Optional<Integer> batch) {
        if (batch.orElse(1) < 1) {
            throw new IllegalArgumentException("--batch: " + batch.get() + "; at least 1 is needed");
        }
        Transformer sized = new Transformer(
                transformer.name(),
                transformer.vocabulary(),
                sequence.orElse(transformer.context()),
                transformer.width(),
                layers.orElse(transformer.layers()),
                transformer.attention(),
                transformer.feedForward(),
                transformer.norm(),
                transformer.position(),
                transformer.tiedHead());
        return new Preset(name, sized, batch.orElse(this.batch));
    }

    static Transformer llama(String name, int layers, int width, int heads, int hidden, int vocabulary) {
        return Transformer.decoder(name)
                .vocabulary(vocabulary)
                .context(CONTEXT)
                .width(width)
                .layers(layers)
                .attention(Attention.heads(heads))
                .feedForward(FeedForward.swiglu(hidden))
                .untiedHead()
                .build();
    }

    /**
     * The plan that factorizes every linear layer except the head, and stores every linear layer in this precision.
     *
     * @param rank rank of the factors, or 0 for full matrices
     * @throws LancetException if the rank does not make a layer smaller
     */
    public Plan plan(int rank, Precision precision) {
        Compression all = Compression.keepAll();
        if (precision.narrow()) {
            all = all.on(Selector.linears()).quantize(precision);
        }
        if (rank > 0) {
            all = all.on(Selector.linears().except(Selector.head())).factorise(Rank.rank(rank), precision);
        }
        return Plan.of(transformer, all);
    }
}
