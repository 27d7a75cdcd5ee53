package dev.lancet.dsl;

import java.util.Locale;

/**
 * What may stand between the two factors of a layer that is trained from fresh weights (CoLA, arXiv 2502.10940):
 * {@code y = silu(x · left) · right}. No matrix is equal to that, so trained weights cannot be cut into it.
 */
public enum Nonlinearity {
    /** {@code z · sigmoid(z)}. */
    SILU;

    /** {@code z · sigmoid(z)}. */
    public static Nonlinearity silu() {
        return SILU;
    }

    /** As the language says it: {@code silu()}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT) + "()";
    }
}
