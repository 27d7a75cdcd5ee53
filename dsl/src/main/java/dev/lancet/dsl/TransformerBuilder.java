package dev.lancet.dsl;

import java.util.Arrays;
import java.util.Optional;

/** A declaration that is not complete yet; {@link #build()} checks it. */
public final class TransformerBuilder {
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
    private Residual residual = Residual.preNorm();
    private InputEmbedding embedding = InputEmbedding.plain();
    private Head head = Head.nextToken();
    private Optional<BlockVariant> variant = Optional.empty();
    private boolean twoWay;

    private TransformerBuilder(String name) {
        this.name = name;
    }

    static TransformerBuilder decoder(String name) {
        return new TransformerBuilder(name);
    }

    static TransformerBuilder encoder(String name) {
        TransformerBuilder builder = new TransformerBuilder(name)
                .norm(Norm.layerNorm(1e-12))
                .position(Position.learned())
                .residual(Residual.postNorm())
                .head(Head.textVector(Pooling.MEAN).normalized());
        builder.twoWay = true;
        return builder;
    }

    /** Number of tokens; required. */
    public TransformerBuilder vocabulary(int vocabulary) {
        this.vocabulary = vocabulary;
        return this;
    }

    /** Longest sequence in tokens; required. */
    public TransformerBuilder context(int context) {
        this.context = context;
        return this;
    }

    /** Width of the residual stream; required. */
    public TransformerBuilder width(int width) {
        this.width = width;
        return this;
    }

    /** Number of blocks; required. */
    public TransformerBuilder layers(int layers) {
        this.layers = layers;
        return this;
    }

    /** The attention half; required. */
    public TransformerBuilder attention(Attention attention) {
        this.attention = Optional.of(attention);
        return this;
    }

    /** The feed-forward half; required. */
    public TransformerBuilder feedForward(FeedForward feedForward) {
        this.feedForward = Optional.of(feedForward);
        return this;
    }

    /** The normalization (default: {@code rmsNorm(1e-5)}; of an encoder {@code layerNorm(1e-12)}). */
    public TransformerBuilder norm(Norm norm) {
        this.norm = norm;
        return this;
    }

    /** The positions (default: {@code rotary(10000)}; of an encoder {@code learned()}). */
    public TransformerBuilder position(Position position) {
        this.position = position;
        return this;
    }

    /** The head is the transposed embedding, which is the default. */
    public TransformerBuilder tiedHead() {
        this.tiedHead = true;
        return this;
    }

    /** The head is a separate matrix. */
    public TransformerBuilder untiedHead() {
        this.tiedHead = false;
        return this;
    }

    /** How the halves of a block join the stream (default: {@code preNorm()}; of an encoder {@code postNorm()}). */
    public TransformerBuilder residual(Residual residual) {
        this.residual = residual;
        return this;
    }

    /** Multiplies the rows of the token table, as in Gemma and Granite. */
    public TransformerBuilder embeddingScale(double scale) {
        this.embedding = embedding.scaled(scale);
        return this;
    }

    /** Adds the row of a token's type, as in BERT, where it tells two texts of a pair apart. */
    public TransformerBuilder tokenTypes(int count) {
        this.embedding = embedding.types(count);
        return this;
    }

    /** Normalizes the sum of the embeddings, as in BERT. */
    public TransformerBuilder embeddingNorm(Norm norm) {
        this.embedding = embedding.normed(norm, false);
        return this;
    }

    /** Normalizes the sum of the embeddings, and leaves out the norm before the first attention, as in ModernBERT. */
    public TransformerBuilder firstNorm(Norm norm) {
        this.embedding = embedding.normed(norm, true);
        return this;
    }

    /** What the model gives (default: {@code nextToken()}; of an encoder {@code textVector(mean()).normalized()}). */
    public TransformerBuilder head(Head head) {
        this.head = head;
        return this;
    }

    /**
     * Gives some blocks another window and other positions.
     *
     * @param window their window, or 0 for all positions
     * @param position rotary or {@code noPositions()}
     * @param blocks their numbers, ascending from 0
     */
    public TransformerBuilder variant(int window, Position position, int... blocks) {
        this.variant =
                Optional.of(new BlockVariant(Arrays.stream(blocks).boxed().toList(), window, position));
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
                attention
                        .map(some -> twoWay ? some.twoWay() : some)
                        .orElseThrow(() -> new IllegalArgumentException(
                                "attention: missing; add for example .attention(heads(8))")),
                feedForward.orElseThrow(() -> new IllegalArgumentException(
                        "feedForward: missing; add for example .feedForward(swiglu(688))")),
                norm,
                position,
                tiedHead,
                residual,
                embedding,
                head,
                variant);
    }
}
