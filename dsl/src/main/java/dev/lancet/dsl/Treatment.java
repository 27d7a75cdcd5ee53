package dev.lancet.dsl;

import java.util.Optional;

/**
 * What is done to one weight: an optional rank times a precision.
 *
 * @param rank how the inner width is chosen; empty keeps the matrix in one piece
 * @param precision how the matrix, or each of its factors, is stored
 */
public record Treatment(Optional<Rank> rank, Precision precision) {

    /** Leaves a weight as it is. */
    public static Treatment keep() {
        return new Treatment(Optional.empty(), Precision.float32());
    }

    /** Whether nothing is done. */
    public boolean keeps() {
        return rank.isEmpty() && !precision.quantized();
    }

    @Override
    public String toString() {
        if (keeps()) {
            return "keep()";
        }
        if (rank.isEmpty()) {
            return "quantize(" + precision + ")";
        }
        return "factorise(" + rank.get() + (precision.quantized() ? ", " + precision : "") + ")";
    }
}
