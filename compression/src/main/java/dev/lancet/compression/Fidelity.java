package dev.lancet.compression;

import dev.lancet.compression.matrix.Matrix;
import dev.lancet.compression.svd.LinearAlgebra;
import dev.lancet.dsl.CompressionMethod;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The error of a converted matrix: the matrix that was read, compared with the matrix that its new storage stands for.
 * Factors with a nonlinearity between them stand for no matrix; their values are compared instead.
 *
 * @param weight its name
 * @param relativeFrobenius {@code ‖W − Ŵ‖ / ‖W‖} in the Frobenius norm, accumulated in 64 bits; 0 if nothing was lost
 * @param outputError {@code ‖X·W − X·Ŵ‖ / ‖X·W‖} over the calibration inputs X; empty without calibration
 * @param methods how factors and codes were computed
 * @param seconds the time for the conversion and the measurement
 * @param spectrum the singular values, if a {@link Compressor#measuringSpectra} cut the matrix to a lower rank; otherwise empty
 */
public record Fidelity(
        String weight,
        double relativeFrobenius,
        OptionalDouble outputError,
        List<CompressionMethod> methods,
        double seconds,
        Optional<TruncatedSpectrum> spectrum) {

    /** The rows or columns of a product that are in memory at a time. */
    private static final int PART = 1024;

    public Fidelity {
        methods = List.copyOf(methods);
    }

    /** The error of a conversion without calibration. */
    public Fidelity(String weight, double relativeFrobenius, double seconds) {
        this(weight, relativeFrobenius, OptionalDouble.empty(), List.of(), seconds, Optional.empty());
    }

    Fidelity by(List<CompressionMethod> used) {
        return new Fidelity(weight, relativeFrobenius, outputError, used, seconds, spectrum);
    }

    Fidelity withOutputError(OptionalDouble measured) {
        return new Fidelity(weight, relativeFrobenius, measured, methods, seconds, spectrum);
    }

    Fidelity withSpectrum(Optional<TruncatedSpectrum> measured) {
        return new Fidelity(weight, relativeFrobenius, outputError, methods, seconds, measured);
    }

    /**
     * The ratio of signal to quantisation noise in decibels, {@code 10 · log₁₀(‖W‖² / ‖W − Ŵ‖²)}; infinite if nothing was
     * lost.
     */
    public double sqnrDb() {
        return -20 * Math.log10(relativeFrobenius);
    }

    static Fidelity of(String weight, Matrix before, Matrix after, double seconds) {
        double[] sums = new double[2];
        add(sums, before, after, 0, 0);
        return new Fidelity(weight, relative(sums), seconds);
    }

    /** {@code ‖W − left · right‖ / ‖W‖}; some rows of a tall product, or columns of a wide one, are computed at a time. */
    static double relativeError(Matrix exact, Matrix left, Matrix right, LinearAlgebra algebra) {
        double[] sums = new double[2];
        boolean tall = exact.rows() >= exact.columns();
        int all = tall ? exact.rows() : exact.columns();
        for (int first = 0; first < all; first += PART) {
            int end = Math.min(all, first + PART);
            if (tall) {
                add(sums, exact, algebra.product(left.rows(first, end), right), first, 0);
            } else {
                add(sums, exact, algebra.product(left, right.columns(first, end)), 0, first);
            }
        }
        return relative(sums);
    }

    /** Adds the squares of the exact values and those of the differences; {@code kept} begins at this row and column. */
    private static void add(double[] sums, Matrix exact, Matrix kept, int row, int column) {
        double signal = 0;
        double noise = 0;
        for (int i = 0; i < kept.rows(); i++) {
            int from = (row + i) * exact.columns() + column;
            int at = i * kept.columns();
            for (int j = 0; j < kept.columns(); j++) {
                double value = exact.values()[from + j];
                double difference = value - kept.values()[at + j];
                signal += value * value;
                noise += difference * difference;
            }
        }
        sums[0] += signal;
        sums[1] += noise;
    }

    private static double relative(double[] sums) {
        return sums[1] == 0 ? 0 : Math.sqrt(sums[1] / sums[0]);
    }
}
