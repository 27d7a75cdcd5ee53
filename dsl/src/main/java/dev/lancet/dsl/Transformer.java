package dev.lancet.dsl;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The architecture of a transformer, as a value: a decoder such as GPT-2 and LLaMA, or an encoder such as BERT.
 *
 * <p>{@link Residual} says where the norms of a block stand; usually {@code x += attention(norm(x)); x +=
 * feedForward(norm(x))}. A last norm precedes the head, unless norms stand behind the sums.
 *
 * @param name what the model is called
 * @param vocabulary number of tokens
 * @param context longest sequence, in tokens
 * @param width width of the residual stream
 * @param layers number of blocks
 * @param attention the attention of each block, with a head width that is not 0; a causal window as long as the context is
 *     no window
 * @param feedForward the feed-forward part of each block
 * @param norm the normalization
 * @param position how positions are represented
 * @param tiedHead whether the matrix of a head that scores tokens is the transposed embedding
 * @param residual how the halves of a block join the stream
 * @param embedding how token ids become vectors
 * @param head what the model gives
 * @param variant blocks whose attention differs, or empty
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
        boolean tiedHead,
        Residual residual,
        InputEmbedding embedding,
        Head head,
        Optional<BlockVariant> variant) {

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
        if (!attention.bidirectional() && attention.window() >= context) {
            attention = attention.window(0);
        }
        Check.that(
                (long) attention.heads() * attention.headWidth() <= Integer.MAX_VALUE,
                "attention: %d heads of width %d exceed the largest array; make one of them smaller",
                attention.heads(),
                attention.headWidth());
        Check.that(
                !(position instanceof Position.Rotary) || attention.headWidth() % 2 == 0,
                "attention: head width %d is odd; rotary positions rotate pairs, so choose an even width",
                attention.headWidth());
        TransformerChecks.parts(layers, attention, position, residual, embedding, head, variant);
    }

    /** A decoder of the next token with the parts of GPT-2 and LLaMA alone. */
    public Transformer(
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
        this(
                name,
                vocabulary,
                context,
                width,
                layers,
                attention,
                feedForward,
                norm,
                position,
                tiedHead,
                Residual.preNorm(),
                InputEmbedding.plain(),
                Head.nextToken(),
                Optional.empty());
    }

    /** Begins the declaration of a decoder. The defaults are those of LLaMA with a tied head. */
    public static TransformerBuilder decoder(String name) {
        return TransformerBuilder.decoder(name);
    }

    /**
     * Begins the declaration of an encoder. The defaults are those of BERT: two-way attention, learned positions, norms behind
     * the sums, and the mean of the last vectors as the vector of a text.
     */
    public static TransformerBuilder encoder(String name) {
        return TransformerBuilder.encoder(name);
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

    /** The same transformer with another head. */
    public Transformer with(Head other) {
        return new Transformer(
                name,
                vocabulary,
                context,
                width,
                layers,
                attention,
                feedForward,
                norm,
                position,
                tiedHead,
                residual,
                embedding,
                other,
                variant);
    }

    /** Whether the model scores the next token, so that it can continue texts. */
    public boolean continuesText() {
        return head instanceof Head.NextToken;
    }

    /** Whether the head scores tokens, with a matrix of its own or with the transposed embedding. */
    public boolean scoresTokens() {
        return head instanceof Head.NextToken || head instanceof Head.MaskedToken;
    }

    /** The attention window of a block, or 0 if it sees all positions. */
    public int window(int block) {
        return variant.filter(some -> some.blocks().contains(block))
                .map(BlockVariant::window)
                .orElse(attention.window());
    }

    /** The positions of a block. */
    public Position position(int block) {
        return variant.filter(some -> some.blocks().contains(block))
                .map(BlockVariant::position)
                .orElse(position);
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
        long tied = tiedHead && scoresTokens() ? (long) vocabulary * width : 0;
        long seen = IntStream.range(0, layers)
                .mapToLong(block -> window(block) == 0 ? context : Math.min(context, window(block)))
                .sum();
        return 2 * (linear + tied) + 4L * attention.queryWidth() * seen;
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
        return (attention.bidirectional() ? "Transformer.encoder(\"" : "Transformer.decoder(\"") + name + "\")"
                + "\n    .vocabulary(" + vocabulary + ").context(" + context + ")"
                + "\n    .width(" + width + ").layers(" + layers + ")"
                + "\n    .attention(" + attention + ")"
                + "\n    .feedForward(" + feedForward + ")"
                + "\n    .norm(" + norm + ").position(" + position + ")"
                + (tiedHead ? ".tiedHead()" : ".untiedHead()")
                + TransformerChecks.words(this);
    }
}
