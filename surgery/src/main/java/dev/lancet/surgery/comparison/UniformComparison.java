package dev.lancet.surgery.comparison;

import java.util.Optional;

/**
 * A smaller model beside the best uniform setting of no more bytes.
 *
 * @param rows the held-out rows on which both were measured
 * @param chosen the smaller model
 * @param uniform the uniform setting with the least distance; empty if all of them take more bytes
 */
public record UniformComparison(int rows, Setting chosen, Optional<Setting> uniform) {

    /**
     * What a setting takes and loses.
     *
     * @param name of the setting
     * @param bytes of all stored arrays
     * @param distance from the original: of a language model the divergence of its predictions in nats, of a graph the mean of
     *     {@code 1 − cosine} over its outputs
     */
    public record Setting(String name, long bytes, double distance) {}

    /** Rounding in the order of sums moves a distance by less than this share of it, or than this. */
    private static final double NOISE = 1e-3;

    private static final double LEAST = 1e-7;

    /** Whether the smaller model is as good as the uniform setting, apart from the noise of float32. */
    public boolean noWorse() {
        return uniform.isEmpty() || chosen.distance() <= uniform.get().distance() * (1 + NOISE) + LEAST;
    }
}
