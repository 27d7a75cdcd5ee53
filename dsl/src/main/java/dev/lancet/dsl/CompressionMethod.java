package dev.lancet.dsl;

import java.util.Locale;

/**
 * How factors or codes are computed. The methods that need calibration are the default wherever there is calibration; the
 * others are the default without it.
 */
public enum CompressionMethod {
    /** Truncation that keeps the matrix: the best factors in the Frobenius norm (Eckart and Young, 1936). */
    PLAIN(true, false),
    /** Truncation that keeps the layer's output on calibration data (SVD-LLM, arXiv 2403.07378, section 3.1). */
    WHITENED(true, true),
    /** Rounding of each weight to the nearest value. */
    NEAREST(false, false),
    /** Rounding that keeps the layer's output on calibration data (GPTQ, arXiv 2210.17323). */
    GPTQ(false, true);

    private final boolean truncates;
    private final boolean calibrated;

    CompressionMethod(boolean truncates, boolean calibrated) {
        this.truncates = truncates;
        this.calibrated = calibrated;
    }

    /** Whether it computes factors; otherwise it computes codes. */
    public boolean truncates() {
        return truncates;
    }

    /** Whether it needs calibration data. */
    public boolean calibrated() {
        return calibrated;
    }

    /** Truncation that keeps the matrix. */
    public static CompressionMethod plain() {
        return PLAIN;
    }

    /** Truncation that keeps the layer's output on calibration data. */
    public static CompressionMethod whitened() {
        return WHITENED;
    }

    /** Rounding of each weight to the nearest value. */
    public static CompressionMethod nearest() {
        return NEAREST;
    }

    /** Rounding that keeps the layer's output on calibration data. */
    public static CompressionMethod gptq() {
        return GPTQ;
    }

    /** The code that makes this value: {@code gptq()}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT) + "()";
    }
}
