package dev.lancet.dsl;

/**
 * How the two halves of a block, attention and feed-forward, join the residual stream {@code x}.
 *
 * @param norms where the norms stand
 * @param parallel whether both halves read the stream before the block: {@code x + attention(x) + feedForward(x)}
 * @param scale the factor of what a half adds to the stream
 */
public record Residual(Norms norms, boolean parallel, double scale) {

    /** Where the norms of a block stand. {@code f} is one of its halves. */
    public enum Norms {
        /** {@code x + f(norm(x))}, as in GPT-2 and LLaMA. */
        BEFORE,
        /** {@code norm(x + f(x))}, as in BERT. No norm follows the last block. */
        AFTER_SUM,
        /** {@code x + norm(f(x))}, as in OLMo-2. */
        AFTER,
        /** {@code x + norm(f(norm(x)))}, as in Gemma 2 and 3: four norms a block. */
        AROUND
    }

    public Residual {
        Check.that(scale > 0 && scale < Double.POSITIVE_INFINITY, "residual: scale %s; it must be positive", scale);
        Check.that(
                !parallel || norms != Norms.AFTER_SUM,
                "residual: postNorm() normalizes the sum of each half, so the halves cannot be parallel");
    }

    /** Norms before each half, as in GPT-2 and LLaMA. */
    public static Residual preNorm() {
        return new Residual(Norms.BEFORE, false, 1);
    }

    /** Norms of the sum of stream and half, as in BERT. */
    public static Residual postNorm() {
        return new Residual(Norms.AFTER_SUM, false, 1);
    }

    /** Norms of what each half gives, as in OLMo-2. */
    public static Residual outputNorm() {
        return new Residual(Norms.AFTER, false, 1);
    }

    /** Norms before and after each half, as in Gemma 2 and 3. */
    public static Residual sandwichNorm() {
        return new Residual(Norms.AROUND, false, 1);
    }

    /** Both halves read the stream before the block, as in GPT-NeoX. */
    public Residual inParallel() {
        return new Residual(norms, true, scale);
    }

    /** Multiplies what each half adds to the stream, as in Granite. */
    public Residual scale(double scale) {
        return new Residual(norms, parallel, scale);
    }

    /** Whether a norm stands before each half. */
    public boolean normsInputs() {
        return norms == Norms.BEFORE || norms == Norms.AROUND;
    }

    /** Whether a norm stands behind each half, before the sum. */
    public boolean normsOutputs() {
        return norms == Norms.AFTER || norms == Norms.AROUND;
    }

    /** Whether a norm stands behind the sum. */
    public boolean normsSums() {
        return norms == Norms.AFTER_SUM;
    }

    @Override
    public String toString() {
        String word =
                switch (norms) {
                    case BEFORE -> "preNorm()";
                    case AFTER_SUM -> "postNorm()";
                    case AFTER -> "outputNorm()";
                    case AROUND -> "sandwichNorm()";
                };
        return word + (parallel ? ".inParallel()" : "") + (scale == 1 ? "" : ".scale(" + scale + ")");
    }
}
