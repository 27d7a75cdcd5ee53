package dev.lancet.dsl;

/**
 * The normalization before attention, before the feed-forward block, and before the head.
 *
 * @param kind which statistics it normalizes
 * @param epsilon added to the variance before the root
 */
public record Norm(Kind kind, double epsilon) {

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
    }

    /** Root-mean-square normalisation, as in LLaMA. */
    public static Norm rmsNorm(double epsilon) {
        return new Norm(Kind.RMS, epsilon);
    }

    /** Layer normalisation with bias, as in GPT-2. */
    public static Norm layerNorm(double epsilon) {
        return new Norm(Kind.LAYER, epsilon);
    }

    @Override
    public String toString() {
        return (kind == Kind.RMS ? "rmsNorm(" : "layerNorm(") + epsilon + ")";
    }
}
