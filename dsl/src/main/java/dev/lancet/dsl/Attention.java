package dev.lancet.dsl;

import java.util.Optional;

/**
 * Self-attention: the number and width of its heads, how heads share keys and values, and what a position may see. It is
 * causal unless it is {@link #twoWay()}.
 *
 * @param heads query heads
 * @param kvHeads key and value heads; each serves {@code heads / kvHeads} query heads
 * @param headWidth width of a head, or 0 for {@code width / heads}
 * @param qkvBiased whether query, key and value projections carry biases
 * @param outputBiased whether the output projection carries a bias
 * @param window how many positions a query sees, its own included, or 0 for all earlier ones; of two-way attention, a query
 *     sees the keys that are at most {@code window / 2} positions away on either side
 * @param qkNorm the norm of queries and keys before their rotation, or empty; always a root-mean-square norm
 * @param wideQkNorm whether {@code qkNorm} normalizes all heads together instead of each
 * @param bidirectional whether a query sees later positions too
 * @param scale the factor of the scores, or 0 for {@code 1 / √headWidth}
 * @param cap the soft cap of the scores, {@code cap · tanh(score / cap)}, or 0 for none
 */
public record Attention(
        int heads,
        int kvHeads,
        int headWidth,
        boolean qkvBiased,
        boolean outputBiased,
        int window,
        Optional<Norm> qkNorm,
        boolean wideQkNorm,
        boolean bidirectional,
        double scale,
        double cap) {

    public Attention {
        Check.that(heads > 0, "attention: %d heads; at least 1 is needed", heads);
        Check.that(
                kvHeads > 0 && heads % kvHeads == 0,
                "attention: %d heads cannot share %d key/value heads evenly; choose a kv that divides heads",
                heads,
                kvHeads);
        Check.that(headWidth >= 0, "attention: head width %d; it must be positive, or 0 for width / heads", headWidth);
        Check.that(window >= 0, "attention: window %d; it must be positive, or 0 for all positions", window);
        Check.that(
                qkNorm.isEmpty() || qkNorm.get().kind() == Norm.Kind.RMS,
                "attention: qkNorm %s; only rmsNorm(epsilon) is built for queries and keys",
                qkNorm.map(Norm::toString).orElse(""));
        Check.that(!wideQkNorm || qkNorm.isPresent(), "attention: a wide norm of queries and keys needs a qkNorm");
        Check.that(
                scale >= 0 && scale < Double.POSITIVE_INFINITY,
                "attention: scale %s; it must be positive, or 0 for 1 / √headWidth",
                scale);
        Check.that(
                cap >= 0 && cap < Double.POSITIVE_INFINITY,
                "attention: cap %s; it must be positive, or 0 for none",
                cap);
        Check.that(
                !bidirectional || window % 2 == 0,
                "attention: window %d of two-way attention; it has two equal sides, so choose an even number",
                window);
    }

    /** Causal attention with usual scores, as in GPT-2 and LLaMA. */
    public Attention(
            int heads,
            int kvHeads,
            int headWidth,
            boolean qkvBiased,
            boolean outputBiased,
            int window,
            Optional<Norm> qkNorm) {
        this(heads, kvHeads, headWidth, qkvBiased, outputBiased, window, qkNorm, false, false, 0, 0);
    }

    /** Multi-head attention with as many key/value heads as query heads and no biases. */
    public static Attention heads(int heads) {
        return new Attention(heads, heads, 0, false, false, 0, Optional.empty());
    }

    /** Grouped-query attention: {@code kvHeads} key/value heads serve all query heads. */
    public Attention kv(int kvHeads) {
        return shaped(kvHeads, headWidth, window);
    }

    /** An explicit head width, for models where it is not {@code width / heads}. */
    public Attention headWidth(int headWidth) {
        return shaped(kvHeads, headWidth, window);
    }

    /** Biases on the query, key and value projections only, as in Qwen2. */
    public Attention qkvBias() {
        return biases(true, outputBiased);
    }

    /** Biases on all four projections, as in GPT-2. */
    public Attention bias() {
        return biases(true, true);
    }

    private Attention biases(boolean qkv, boolean output) {
        return new Attention(
                heads, kvHeads, headWidth, qkv, output, window, qkNorm, wideQkNorm, bidirectional, scale, cap);
    }

    /**
     * Sliding-window attention over the last {@code window} positions, as in Mistral 7B v0.1; of two-way attention, over those
     * at most {@code window / 2} away, as in ModernBERT.
     */
    public Attention window(int window) {
        return shaped(kvHeads, headWidth, window);
    }

    /**
     * Normalizes every query head and every key head over the head width, after its bias and before its rotation, as in
     * Qwen3 (Henry et al., 2020, with a root-mean-square norm). The heads of queries share one gain {@code [headWidth]}, and so
     * do those of keys.
     *
     * @throws IllegalArgumentException if it is not a root-mean-square norm
     */
    public Attention qkNorm(Norm norm) {
        return normed(norm, false);
    }

    /**
     * Normalizes all query heads together and all key heads together, as in OLMo-2. The gains have {@code heads · headWidth}
     * and {@code kvHeads · headWidth} elements.
     *
     * @throws IllegalArgumentException if it is not a root-mean-square norm
     */
    public Attention wideQkNorm(Norm norm) {
        return normed(norm, true);
    }

    private Attention normed(Norm norm, boolean wide) {
        return new Attention(
                heads,
                kvHeads,
                headWidth,
                qkvBiased,
                outputBiased,
                window,
                Optional.of(norm),
                wide,
                bidirectional,
                scale,
                cap);
    }

    /** Every position sees every other, as in encoders; {@link Transformer#encoder} says it by itself. */
    public Attention twoWay() {
        return scored(true, scale, cap);
    }

    /** Multiplies the scores with {@code scale} instead of {@code 1 / √headWidth}, as in Gemma 2 and Granite. */
    public Attention scale(double scale) {
        return scored(bidirectional, scale, cap);
    }

    /** Caps the scores softly, {@code cap · tanh(score / cap)}, as in Gemma 2. */
    public Attention cap(double cap) {
        return scored(bidirectional, scale, cap);
    }

    private Attention shaped(int kvHeads, int headWidth, int window) {
        return new Attention(
                heads,
                kvHeads,
                headWidth,
                qkvBiased,
                outputBiased,
                window,
                qkNorm,
                wideQkNorm,
                bidirectional,
                scale,
                cap);
    }

    private Attention scored(boolean bidirectional, double scale, double cap) {
        return new Attention(
                heads,
                kvHeads,
                headWidth,
                qkvBiased,
                outputBiased,
                window,
                qkNorm,
                wideQkNorm,
                bidirectional,
                scale,
                cap);
    }

    /** The factor of the scores: {@link #scale}, or {@code 1 / √headWidth}. */
    public double scoreFactor() {
        return scale == 0 ? 1 / Math.sqrt(headWidth) : scale;
    }

    /** Width of all query heads together. */
    public int queryWidth() {
        return heads * headWidth;
    }

    /** Width of all key (or value) heads together. */
    public int kvWidth() {
        return kvHeads * headWidth;
    }

    @Override
    public String toString() {
        return "heads(" + heads + ")"
                + (kvHeads == heads ? "" : ".kv(" + kvHeads + ")")
                + (headWidth == 0 ? "" : ".headWidth(" + headWidth + ")")
                + (outputBiased ? ".bias()" : qkvBiased ? ".qkvBias()" : "")
                + (window == 0 ? "" : ".window(" + window + ")")
                + qkNorm.map(norm -> (wideQkNorm ? ".wideQkNorm(" : ".qkNorm(") + norm + ")")
                        .orElse("")
                + (bidirectional ? ".twoWay()" : "")
                + (scale == 0 ? "" : ".scale(" + scale + ")")
                + (cap == 0 ? "" : ".cap(" + cap + ")");
    }
}
