package dev.lancet.dsl;

/**
 * The feed-forward half of a block.
 *
 * @param kind the function between its matrices
 * @param hidden its inner width
 * @param bias whether its matrices carry biases
 */
public record FeedForward(Kind kind, int hidden, boolean bias) {

    /** The function between the matrices. */
    public enum Kind {
        /** {@code down(silu(gate(x)) ⊙ up(x))} (Shazeer, 2020). */
        SWIGLU,
        /** {@code down(gelu(gate(x)) ⊙ up(x))} with the exact {@code x·Φ(x)}. */
        GEGLU,
        /** {@code down(gelu(gate(x)) ⊙ up(x))} with the tanh approximation. */
        GEGLU_TANH,
        /** {@code down(gelu(up(x)))} with the exact {@code x·Φ(x)}. */
        GELU,
        /** {@code down(gelu(up(x)))} with the tanh approximation, GPT-2's own. */
        GELU_TANH
    }

    public FeedForward {
        Check.that(hidden > 0, "feed-forward: hidden width %d; it must be positive", hidden);
    }

    /** A gated block without biases, as in LLaMA. */
    public static FeedForward swiglu(int hidden) {
        return new FeedForward(Kind.SWIGLU, hidden, false);
    }

    /** A gated block without biases and with the exact GELU, as in ModernBERT. */
    public static FeedForward geglu(int hidden) {
        return new FeedForward(Kind.GEGLU, hidden, false);
    }

    /** A gated block without biases and with the tanh GELU, as in Gemma. */
    public static FeedForward gegluTanh(int hidden) {
        return new FeedForward(Kind.GEGLU_TANH, hidden, false);
    }

    /** A plain block with biases and the exact GELU. */
    public static FeedForward gelu(int hidden) {
        return new FeedForward(Kind.GELU, hidden, true);
    }

    /** A plain block with biases and the tanh GELU, as in GPT-2. */
    public static FeedForward geluTanh(int hidden) {
        return new FeedForward(Kind.GELU_TANH, hidden, true);
    }

    /** The same block with or without biases. */
    public FeedForward bias(boolean bias) {
        return new FeedForward(kind, hidden, bias);
    }

    /** Whether there is a gate matrix. */
    public boolean gated() {
        return kind == Kind.SWIGLU || kind == Kind.GEGLU || kind == Kind.GEGLU_TANH;
    }

    @Override
    public String toString() {
        String word =
                switch (kind) {
                    case SWIGLU -> "swiglu";
                    case GEGLU -> "geglu";
                    case GEGLU_TANH -> "gegluTanh";
                    case GELU -> "gelu";
                    case GELU_TANH -> "geluTanh";
                };
        return word + "(" + hidden + ")" + (bias == gated() ? ".bias(" + bias + ")" : "");
    }
}
