package dev.lancet.dsl;

import java.util.Optional;

/**
 * How token ids become the first vectors of the residual stream: {@code norm(scale · token + position + tokenType)}.
 *
 * @param scale the factor of the rows of the token table
 * @param tokenTypes rows of the table of token types, or 0 for none
 * @param norm the norm of the sum, or empty
 * @param replacesFirstNorm whether the first block has no norm before its attention, because this one serves it
 */
public record InputEmbedding(double scale, int tokenTypes, Optional<Norm> norm, boolean replacesFirstNorm) {

    private static final int MOST_TYPES = 1 << 16;

    public InputEmbedding {
        Check.that(scale > 0 && scale < Double.POSITIVE_INFINITY, "embedding: scale %s; it must be positive", scale);
        Check.that(
                tokenTypes >= 0 && tokenTypes <= MOST_TYPES,
                "embedding: %d token types; there may be 0 to " + MOST_TYPES,
                tokenTypes);
        Check.that(
                !replacesFirstNorm || norm.isPresent(),
                "embedding: without a norm of its own it cannot replace that of the first block");
    }

    /** The rows of the token table, as they are. */
    public static InputEmbedding plain() {
        return new InputEmbedding(1, 0, Optional.empty(), false);
    }

    InputEmbedding scaled(double factor) {
        return new InputEmbedding(factor, tokenTypes, norm, replacesFirstNorm);
    }

    InputEmbedding types(int count) {
        return new InputEmbedding(scale, count, norm, replacesFirstNorm);
    }

    InputEmbedding normed(Norm by, boolean first) {
        return new InputEmbedding(scale, tokenTypes, Optional.of(by), first);
    }

    /** The words of a declaration that differ from {@link #plain}. */
    @Override
    public String toString() {
        return (scale == 1 ? "" : ".embeddingScale(" + scale + ")")
                + (tokenTypes == 0 ? "" : ".tokenTypes(" + tokenTypes + ")")
                + norm.map(by -> (replacesFirstNorm ? ".firstNorm(" : ".embeddingNorm(") + by + ")")
                        .orElse("");
    }
}
