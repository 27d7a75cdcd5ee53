package dev.lancet.dsl;

import java.util.Optional;

/**
 * Causal self-attention: the number and width of its heads, and how heads share keys and values.
 *
 * @param heads query heads
 * @param kvHeads key and value heads; each serves {@code heads / kvHeads} query heads
 * @param headWidth width of a head, or 0 for {@code width / heads}
 * @param qkvBiased whether query, key and value projections carry biases
 * @param outputBiased whether the output projection carries a bias
 * @param window how many positions a query sees, its own included, or 0 for all earlier ones
 * @param qkNorm the norm of each query and key head before its rotation, or empty; always a root-mean-square norm
 */
public record Attention(
        int heads,
        int kvHeads,
        int headWidth,
        boolean qkvBiased,
        boolean outputBiased,
        int window,
        Optional<Norm> qkNorm) {

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
    }

    /** Multi-head attention with as many key/value heads as query heads and no biases. */
    public static Attention heads(int heads) {
        return new Attention(heads, heads, 0, false, false, 0, Optional.empty());
    }

    /** Grouped-query attention: {@code kvHeads} key/value heads serve all query heads. */
    public Attention kv(int kvHeads) {
        return new Attention(heads, kvHeads, headWidth, qkvBiased, outputBiased, window, qkNorm);
    }

    /** An explicit head width, for models where it is not {@code width / heads}. */
    public Attention headWidth(int headWidth) {
        return new Attention(heads, kvHeads, headWidth, qkvBiased, outputBiased, window, qkNorm);
    }

    /** Biases on the query, key and value projections only, as in Qwen2. */
    public Attention qkvBias() {
        return new Attention(heads, kvHeads, headWidth, true, outputBiased, window, qkNorm);
    }

    /** Biases on all four projections, as in GPT-2. */
    public Attention bias() {
        return new Attention(heads, kvHeads, headWidth, true, true, window, qkNorm);
    }

    /** Sliding-window attention over the last {@code window} positions, as in Mistral 7B v0.1. */
    public Attention window(int window) {
        return new Attention(heads, kvHeads, headWidth, qkvBiased, outputBiased, window, qkNorm);
    }

    /**
     * Normalizes every query head and every key head over the head width, after its bias and before its rotation, as in
     * Qwen3 (Henry et al., 2020, with a root-mean-square norm). The heads of queries share one gain {@code [headWidth]}, and so
     * do those of keys.
     *
     * @throws IllegalArgumentException if it is not a root-mean-square norm
     */
    public Attention qkNorm(Norm norm) {
        return new Attention(heads, kvHeads, headWidth, qkvBiased, outputBiased, window, Optional.of(norm));
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
                + qkNorm.map(norm -> ".qkNorm(" + norm + ")").orElse("");
    }
}
