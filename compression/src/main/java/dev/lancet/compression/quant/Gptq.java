package dev.lancet.compression.quant;

import dev.lancet.compression.algebra.Float64Algebra;
import dev.lancet.compression.calibration.Gram;
import dev.lancet.dsl.LancetException;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Rounds a matrix so that the output of its layer changes least (GPTQ, Frantar et al., arXiv 2210.17323, algorithm 1):
 * input by input, each rounding error is compensated by the weights of the inputs that are not rounded yet. Inputs with
 * the largest mean square come first. The scales are fixed before.
 */
final class Gptq {

    /** The share of the mean diagonal that is added to the diagonal of the Gram matrix. */
    private static final double DAMPING = 0.01;

    /** The number of outputs that are rounded together: 64 doubles are eight cache lines. */
    private static final int TILE = 64;

    private final int width;
    private final int[] order;
    private final double[] compensation;

    /**
     * Prepares the rounding of a layer.
     *
     * @param gram of the layer's inputs
     */
    Gptq(String name, Gram gram, Float64Algebra algebra) {
        width = gram.width();
        double[] sums = gram.damped(DAMPING);
        order = IntStream.range(0, width)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -sums[i * width + i]))
                .mapToInt(Integer::intValue)
                .toArray();
        compensation = compensation(name, sums, algebra);
    }

    /**
     * The upper triangle U of {@code H⁻¹ = Uᵀ·U} in the order of rounding. With {@code H = R·Rᵀ} for an upper triangle R,
     * U is {@code R⁻¹}; R is the Cholesky factor of H with its rows and columns reversed.
     */
    private double[] compensation(String name, double[] sums, Float64Algebra algebra) {
        double[] reversed = new double[sums.length];
        for (int i = 0; i < width; i++) {
            for (int j = 0; j < width; j++) {
                reversed[i * width + j] = sums[order[width - 1 - i] * width + order[width - 1 - j]];
            }
        }
        double[] lower = algebra.cholesky(reversed, width)
                .orElseThrow(() -> new LancetException("gptq: the inputs of " + name
                        + " on the calibration data are not finite or all alike; check the calibration data"));
        double[] inverse = algebra.inverseOfLower(lower, width);
        double[] upper = new double[sums.length];
        for (int i = 0; i < width; i++) {
            for (int j = i; j < width; j++) {
                upper[i * width + j] = inverse[(width - 1 - i) * width + width - 1 - j];
            }
        }
        return upper;
    }

    /** The value that a weight is rounded to. */
    @FunctionalInterface
    interface Grid {
        double nearest(double value, int input, int output);
    }

    /**
     * The weights as they are when their turn comes: {@code nearest} of each is the rounded weight.
     *
     * @param weights {@code [width, outputs]} in row-major order; changed and returned
     */
    double[] compensate(double[] weights, Grid grid) {
        int outputs = weights.length / width;
        IntStream.range(0, (outputs + TILE - 1) / TILE).parallel().forEach(tile -> {
            int first = tile * TILE;
            compensate(weights, outputs, first, Math.min(outputs, first + TILE), grid);
        });
        return weights;
    }

    private void compensate(double[] weights, int outputs, int first, int end, Grid grid) {
        int count = end - first;
        double[] rest = new double[width * count];
        for (int i = 0; i < width; i++) {
            System.arraycopy(weights, order[i] * outputs + first, rest, i * count, count);
        }
        double[] error = new double[count];
        for (int i = 0; i < width; i++) {
            double diagonal = compensation[i * width + i];
            for (int c = 0; c < count; c++) {
                double value = rest[i * count + c];
                error[c] = (value - grid.nearest(value, order[i], first + c)) / diagonal;
            }
            for (int j = i + 1; j < width; j++) {
                double share = compensation[i * width + j];
                int at = j * count;
                for (int c = 0; c < count; c++) {
                    rest[at + c] -= share * error[c];
                }
            }
        }
        for (int i = 0; i < width; i++) {
            System.arraycopy(rest, i * count, weights, order[i] * outputs + first, count);
        }
    }
}
