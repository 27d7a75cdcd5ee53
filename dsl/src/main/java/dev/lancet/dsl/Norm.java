package dev.lancet.dsl;

/**
 * A normalization of vectors; {@link Residual} says where those of a block stand.
 *
 * @param kind which statistics it normalizes
 * @param epsilon added to the variance before the root
 * @param unbiased whether a layer normalization has no bias
 * @param gainPlusOne whether the stored gain is one less than the factor: {@code · (1 + gain)}
 */
public record Norm(Kind kind, double epsilon, boolean unbiased, boolean gainPlusOne) {

    /** Which statistics a normalization uses. */
    public enum Kind {
        /** {@code x / √(mean(x²) + ε) · gain} (Zhang and Sennrich, 2019). */
        RMS,
        /** {@code (x − mean) / √(var + ε) · gain + bias} (Ba et al., 2016). */
        LAYER
    }

    public Norm {
        Check.that(
                epsilon > 0 && epsilon < 1, "norm: epsilon %s; it must be between 0 and 1, for example 1e-5", epsilon);
        Check.that(!unbiased || kind == Kind.LAYER, "norm: rmsNorm has no bias; leave out withoutBias()");
    }

    /** Root-mean-square normalisation, as in LLaMA. */
    public static Norm rmsNorm(double epsilon) {
        return new Norm(Kind.RMS, epsilon, false, false);
    }

    /** Layer normalisation with bias, as in GPT-2. */
    public static Norm layerNorm(double epsilon) {
        return new Norm(Kind.LAYER, epsilon, false, false);
    }

    /**
     * A layer normalization without bias, as in ModernBERT.
     *
     * @throws IllegalArgumentException if it is a root-mean-square norm, which has none
     */
    public Norm withoutBias() {
        return new Norm(kind, epsilon, true, gainPlusOne);
    }

    /** Multiplies with {@code 1 + gain}, as in Gemma; fresh gains are 0. */
    public Norm plusOne() {
        return new Norm(kind, epsilon, unbiased, true);
    }

    /** Whether there is a bias beside the gain. */
    public boolean biased() {
        return kind == Kind.LAYER && !unbiased;
    }

    @Override
    public String toString() {
        return (kind == Kind.RMS ? "rmsNorm(" : "layerNorm(") + epsilon + ")"
                + (unbiased ? ".withoutBias()" : "")
                + (gainPlusOne ? ".plusOne()" : "");
    }
}
