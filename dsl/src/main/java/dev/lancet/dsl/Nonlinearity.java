package dev.lancet.dsl;

import java.util.Locale;

/**
 * A nonlinearity between the two factors of a layer (CoLA, arXiv 2502.10940): {@code y = silu(x · left) · right}. No
 * single matrix equals this function, so trained weights cannot be converted to it; the layer must be trained from
 * fresh weights.
 */
public enum Nonlinearity {
    /** {@code z · sigmoid(z)}. */
    SILU;

    /** {@code z · sigmoid(z)}. */
    public static Nonlinearity silu() {
        return SILU;
    }

    /** The code that makes this value: {@code silu()}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT) + "()";
    }
}
