package dev.lancet.compression.calibration;

import dev.lancet.compression.algebra.Float64Algebra;
import dev.lancet.dsl.CompressionMethod;
import dev.lancet.dsl.Weight;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What calibrated methods work with.
 *
 * @param grams the Gram matrices of the inputs of layers
 * @param algebra the linear algebra for them
 * @param methods the methods that the compression names for a weight; the usual ones if it names none
 */
public record Calibration(
        GramMatrices grams, Float64Algebra algebra, Function<Weight, List<CompressionMethod>> methods) {

    /** Calibration with the usual methods for every weight. */
    public static Calibration of(GramMatrices grams, Float64Algebra algebra) {
        return new Calibration(grams, algebra, weight -> List.of());
    }

    /** The Gram matrix for the truncation of a weight; empty if it is truncated plainly. */
    public Optional<GramMatrix> forTruncation(Weight weight) {
        return methods.apply(weight).contains(CompressionMethod.PLAIN) ? Optional.empty() : grams.of(weight.name());
    }

    /** The Gram matrix for the rounding of a weight; empty if it is rounded to nearest. */
    public Optional<GramMatrix> forRounding(Weight weight) {
        return methods.apply(weight).contains(CompressionMethod.NEAREST) ? Optional.empty() : grams.of(weight.name());
    }
}
