package dev.lancet.dsl;

import java.util.Locale;

/**
 * How to initialize the two factors of fresh weights. Without a nonlinearity between them, their product A·B has the
 * standard deviation {@code std} of the dense matrix [m, n] that they replace. Factors of trained weights are computed
 * from the weights instead.
 */
public enum Initialisation {
    /**
     * {@code A = √s · U}, {@code B = √s · Vᵀ}, where U and V have random orthonormal columns and {@code s = std · √(m·n
     * / r)}. All r directions are equally strong (after Khodak et al., arXiv 2105.01029, but without the weak
     * directions of a random matrix). This is the default.
     */
    SPECTRAL,
    /** Independent normally distributed elements, in both factors with standard deviation {@code √(std / √r)}. */
    NORMAL;

    /** Random orthonormal directions of equal strength. */
    public static Initialisation spectral() {
        return SPECTRAL;
    }

    /** Independent normally distributed elements. */
    public static Initialisation normal() {
        return NORMAL;
    }

    /** The code that makes this value: {@code spectral()}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT) + "()";
    }
}
