package dev.lancet.dsl;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The architecture of a decoder-only transformer, as a value. It covers GPT-2 and the LLaMA family (LLaMA, Mistral,
 * Qwen2, Qwen3).
 *
 * <p>Blocks are pre-norm: {@code x += attention(norm(x)); x += feedForward(norm(x))}. A last norm precedes the head.
 *
 * @param name what the model is called
 * @param vocabulary number of tokens
 * @param context longest sequence, in tokens
 * @param width width of the residual stream
 * @param layers number of blocks
 * @param attention the attention of each block, with a head width that is not 0
 * @param feedForward the feed-forward part of each block
 * @param norm the normalization
 * @param position how positions are represented
 * @param tiedHead whether the head is the transposed embedding
 */
public record Transformer(
        String name,
        int vocabulary,
        int context,
        int width,
        int layers,
        Attention attention,
        FeedForward feedForward,
        Norm norm,
        Position position,
        boolean tiedHead) {

    /** Ten times the depth of the deepest published networks. A damaged file may ask for a billion layers. */
    private static final int MOST_LAYERS = 10_000;

    /** Far above every published model, and small enough that no product of two sizes overflows. */
    private static final int LARGEST = 1 << 26;

    public Transformer {
        Check.that(!name.isBlank(), "transformer: the name is empty; give it one");
        Check.that(vocabulary > 0, "vocabulary: %d; it must be positive", vocabulary);
        Check.that(context > 0, "context: %d; it must be positive", context);
        Check.that(width > 0, "width: %d; it must be positive", width);
        Check.that(
                Math.max(Math.max(vocabulary, context), Math.max(width, feedForward.hidden())) <= LARGEST,
                "transformer: vocabulary %d, context %d, width %d and hidden width %d; each may be at most " + LARGEST,
                vocabulary,
                context,
                width,
                feedForward.hidden());
        Check.that(layers > 0, "layers: %d; it must be positive", layers);
        Check.that(layers <= MOST_LAYERS, "layers: %d; more than %d are not supported", layers, MOST_LAYERS);
        if (attention.headWidth() == 0) {
            Check.that(
                    width % attention.heads() == 0,
                    "attention: width %d is not a multiple of %d heads; change one of them or set headWidth",
                    width,
                    attention.heads());
            attention = attention.headWidth(width / attention.heads());
        }
        Check.that(
                (long) attention.heads() * attention.headWidth() <= Integer.MAX_VALUE,
                "attention: %d heads of width %d exceed the largest array; make one of them smaller",
                attention.heads(),
                attention.headWidth());
        Check.that(
                position instanceof Position.Learned || attention.headWidth() % 2 == 0,
                "attention: head width %d is odd; rotary positions rotate pairs, so choose an even width",
                attention.headWidth());
    }

    /** Begins the declaration of a decoder. The defaults are those of LLaMA with a tied head. */
    public static Builder decoder(String name) {
        return new Builder(name);
    }

    /**
     * A published model by its name, see {@link Presets#names()}.
     *
     * @throws IllegalArgumentException if no preset has this name; the message lists the presets
     */
    public static Transformer preset(String name) {
        return Presets.find(name)
                .orElseThrow(() -> new IllegalArgumentException(
                        "preset: '" + name + "' is not known; choose one of " + String.join(", ", Presets.names())));
    }

    /** Every trainable array in the order of the forward pass. */
    public List<Weight> weights() {
        return Inventory.of(this);
    }

    /** The weight with this name, or empty. */
    public Optional<Weight> weight(String name) {
        return weights().stream().filter(weight -> weight.name().equals(name)).findFirst();
    }

    /** Number of trainable parameters. */
    public long parameters() {
        return weights().stream().mapToLong(Weight::parameters).sum();
    }

    /** Bytes of the weights as float32. */
    public long bytes() {
        return 4 * parameters();
    }

    /**
     * Floating-point operations of one forward pass per token at full context, two per multiplication and addition:
     * every linear layer and the head, and the scores and mixes of attention over {@code context} positions (PaLM,
     * appendix B, without its factor 3 for training).
     */
    public long flopsPerToken() {
        long linear = weights().stream()
                .filter(weight -> weight.role().linear())
                .mapToLong(Weight::parameters)
                .sum();
        long head = tiedHead ? (long) vocabulary * width : 0;
        long seen = attention.window() == 0 ? context : Math.min(context, attention.window());
        return 2 * (linear + head) + 4L * layers * attention.queryWidth() * seen;
    }

    /** A summary for people: the declaration, parameters, bytes as float32, and FLOPs per token. */
    public String summary() {
        long parameters = parameters();
        return String.format(
                Locale.ROOT,
                "%s%n%n%,d parameters (%.1f M), %,d bytes as float32 (%.1f MB), %.2f MFLOPs per token at context %d%n",
                this,
                parameters,
                parameters / 1e6,
                bytes(),
                bytes() / 1e6,
                flopsPerToken() / 1e6,
                context);
    }

    @Override
    public String toString() {
        return "Transformer.decoder(\"" + name + "\")"
                + "\n    .vocabulary(" + vocabulary + ").context(" + context + ")"
                + "\n    .width(" + width + ").layers(" + layers + ")"
                + "\n    .attention(" + attention + ")"
                + "\n    .feedForward(" + feedForward + ")"
                + "\n    .norm(" + norm + ").position(" + position + ")"
                + (tiedHead ? ".tiedHead()" : ".untiedHead()");
    }

    /** A declaration that is not complete yet; {@link #build()} checks it. */
    public static final class Builder {
        private final String name;
        private int vocabulary;
        private int context;
        private int width;
        private int layers;
        private Optional<Attention> attention = Optional.empty();
        private Optional<FeedForward> feedForward = Optional.empty();
        private Norm norm = Norm.rmsNorm(1e-5);
        private Position position = Position.rotary(10_000);
        private boolean tiedHead = true;

        private Builder(String name) {
            this.name = name;
        }

        /** Number of tokens; required. */
        public Builder vocabulary(int vocabulary) {
            this.vocabulary = vocabulary;
            return this;
        }

        /** Longest sequence in tokens; required. */
        public Builder context(int context) {
            this.context = context;
            return this;
        }

        /** Width of the residual stream; required. */
        public Builder width(int width) {
            this.width = width;
            return this;
        }

        /** Number of blocks; required. */
        public Builder layers(int layers) {
            this.layers = layers;
            return this;
        }

        /** The attention half; required. */
        public Builder attention(Attention attention) {
            this.attention = Optional.of(attention);
            return this;
        }

        /** The feed-forward half; required. */
        public Builder feedForward(FeedForward feedForward) {
            this.feedForward = Optional.of(feedForward);
            return this;
        }

        /** The normalization (default: {@code rmsNorm(1e-5)}). */
        public Builder norm(Norm norm) {
            this.norm = norm;
            return this;
        }

        /** The positions (default: {@code rotary(10000)}). */
        public Builder position(Position position) {
            this.position = position;
            return this;
        }

        /** The head is the transposed embedding, which is the default. */
        public Builder tiedHead() {
            this.tiedHead = true;
            return this;
        }

        /** The head is a separate matrix. */
        public Builder untiedHead() {
            this.tiedHead = false;
            return this;
        }

        /**
         * Builds the transformer.
         *
         * @throws IllegalArgumentException naming the field that is missing or does not fit
         */
        public Transformer build() {
            return new Transformer(
                    name,
                    vocabulary,
                    context,
                    width,
                    layers,
                    attention.orElseThrow(() ->
                            new IllegalArgumentException("attention: missing; add for example .attention(heads(8))")),
                    feedForward.orElseThrow(() -> new IllegalArgumentException(
                            "feedForward: missing; add for example .feedForward(swiglu(688))")),
                    norm,
                    position,
                    tiedHead);
        }
    }
}
