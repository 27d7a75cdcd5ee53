package dev.lancet.dsl;

import java.util.Locale;

/**
 * How two factors of fresh weights begin. Where nothing stands between them their product A·B has the standard deviation
 * {@code std} that the dense matrix [m, n] would have; factors of trained weights come from these.
 */
public enum Initialisation {
    /**
     * {@code A = √s · U}, {@code B = √s · Vᵀ} with random orthonormal columns of U and V and {@code s = std · √(m·n / r)}: all r
     * directions are equally strong (after Khodak et al., arXiv 2105.01029, without the small ones of a drawn matrix). The
     * beginning where nothing is said.
     */
    SPECTRAL,
    /** Independent normal numbers, in both factors with deviation {@code √(std / √r)}. */
    NORMAL;

    /** Random orthonormal directions, all equally strong. */
    public static Initialisation spectral() {
        return SPECTRAL;
    }

    /** Independent normal numbers. */
    public static Initialisation normal() {
        return NORMAL;
    }

    /** As the language says it: {@code spectral()}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT) + "()";
    }
}
