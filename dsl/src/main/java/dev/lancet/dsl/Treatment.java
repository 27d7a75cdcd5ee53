package dev.lancet.dsl;

import java.util.Optional;

/**
 * What is done to one weight: an optional rank, with or without a nonlinearity between the factors, times a precision.
 *
 * @param rank how the inner width is chosen; empty keeps the matrix in one piece
 * @param precision how the matrix, or each of its factors, is stored
 * @param between what stands between the factors; empty where a product of matrices is wanted
 */
public record Treatment(Optional<Rank> rank, Precision precision, Optional<Nonlinearity> between) {

    public Treatment {
        Check.that(
                rank.isPresent() || between.isEmpty(),
                "%s: it stands between two factors, but no rank is given; say factorise(rank(64), silu())",
                between.map(Nonlinearity::toString).orElse(""));
    }

    /** A rank times a precision. */
    public Treatment(Optional<Rank> rank, Precision precision) {
        this(rank, precision, Optional.empty());
    }

    /** Leaves a weight as it is. */
    public static Treatment keep() {
        return new Treatment(Optional.empty(), Precision.float32());
    }

    /** Whether nothing is done. */
    public boolean keeps() {
        return rank.isEmpty() && !precision.narrow();
    }

    @Override
    public String toString() {
        if (keeps()) {
            return "keep()";
        }
        if (rank.isEmpty()) {
            return "quantize(" + precision + ")";
        }
        return "factorise(" + rank.get() + between.map(curve -> ", " + curve).orElse("")
                + (precision.narrow() ? ", " + precision : "") + ")";
    }
}
