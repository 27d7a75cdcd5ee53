package dev.lancet.compression.quant;

import dev.lancet.compression.algebra.Float64Algebra;
import dev.lancet.compression.calibration.GramMatrix;
import dev.lancet.compression.matrix.Matrix;
import dev.lancet.dsl.LancetException;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Rounds a matrix so that the output of its layer changes least (GPTQ, Frantar et al., arXiv 2210.17323, algorithm 1):
 * input by input, each rounding error is compensated by the weights of the inputs that are not rounded yet. Inputs with
 * the largest mean square come first. The scales are fixed before.
 */
public final class Gptq {

    /** The share of the mean diagonal that is added to the diagonal of the Gram matrix. */
    private static final double DAMPING = 0.01;

    /** The number of outputs that are rounded together: 64 doubles are eight cache lines. */
    private static final int TILE = 64;

    /** The number of inputs whose errors are compensated together. The result is the same for any number. */
    private static final int TOGETHER = 4;

    private final GramMatrix gram;
    private final int width;
    private final int[] order;
    private final double[] compensation;

    /**
     * Prepares the rounding of a layer. The work is done once for all precisions that are tried.
     *
     * @param name the weight, for errors
     * @param gram of the layer's inputs
     * @throws LancetException if the Gram matrix is not finite
     */
    public Gptq(String name, GramMatrix gram, Float64Algebra algebra) {
        this.gram = gram;
        width = gram.width();
        double[] diagonal = gram.dampedDiagonal(DAMPING);
        order = IntStream.range(0, width)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -diagonal[i]))
                .mapToInt(Integer::intValue)
                .toArray();
        compensation = algebra.inverseOfLower(lower(name, diagonal, algebra), width);
        reverse(compensation);
    }

    /**
     * The Cholesky factor of the damped Gram matrix H with its rows and columns in the reverse order of rounding. The
     * compensation is the upper triangle U of {@code H⁻¹ = Uᵀ·U} in the order of rounding. With {@code H = R·Rᵀ} for an upper
     * triangle R, U is {@code R⁻¹}; R is this factor with its rows and columns reversed.
     */
    private double[] lower(String name, double[] diagonal, Float64Algebra algebra) {
        double[] reversed = new double[Math.multiplyExact(width, width)];
        for (int i = 0; i < width; i++) {
            int row = order[width - 1 - i];
            for (int j = 0; j < width; j++) {
                reversed[i * width + j] = gram.sums()[row * width + order[width - 1 - j]];
            }
            reversed[i * width + i] = diagonal[row];
        }
        return algebra.cholesky(reversed, width)
                .orElseThrow(() -> new LancetException("gptq: the inputs of " + name
                        + " on the calibration data are not finite or all alike; check the calibration data"));
    }

    /** Reverses rows and columns in place: a copy of a wide layer's matrix takes hundreds of megabytes. */
    private static void reverse(double[] matrix) {
        for (int i = 0, j = matrix.length - 1; i < j; i++, j--) {
            double first = matrix[i];
            matrix[i] = matrix[j];
            matrix[j] = first;
        }
    }

    /** The value that a weight is rounded to. */
    @FunctionalInterface
    interface Grid {
        float nearest(float value, int input, int channel);
    }

    /** The weight of the rounding errors of each input of a layout: the mean square of the layer's input. */
    float[] importance(QuantizationLayout layout) {
        float[] importance = new float[layout.inputs];
        double mean = gram.meanDiagonal();
        for (int i = 0; i < importance.length; i++) {
            boolean known = along(layout) && mean > 0;
            importance[i] = known ? (float) (gram.sums()[i * width + i] / mean + DAMPING) : 1;
        }
        return importance;
    }

    /** Whether the inputs of a layout, along which its groups run, are the inputs of the layer. */
    private boolean along(QuantizationLayout layout) {
        return layout.byColumn() != gram.transposed();
    }

    /**
     * The weights as they are when their turn comes: the nearest value of each is the rounded weight.
     *
     * @param matrix of the layer
     * @param grid the nearest value at an input and a channel of the layout
     * @return in the order of the matrix
     */
    float[] compensated(Matrix matrix, QuantizationLayout layout, Grid grid) {
        double[] weights = gram.oriented(matrix);
        int outputs = weights.length / width;
        Grid turned = along(layout) ? grid : (value, input, output) -> grid.nearest(value, output, input);
        IntStream.range(0, (outputs + TILE - 1) / TILE).parallel().forEach(tile -> {
            int first = tile * TILE;
            compensate(weights, outputs, first, Math.min(outputs, first + TILE), turned);
        });
        float[] result = new float[weights.length];
        for (int i = 0; i < width; i++) {
            for (int j = 0; j < outputs; j++) {
                result[gram.transposed() ? j * width + i : i * outputs + j] = (float) weights[i * outputs + j];
            }
        }
        return result;
    }

    private void compensate(double[] weights, int outputs, int first, int end, Grid grid) {
        int count = end - first;
        double[] rest = new double[width * count];
        for (int i = 0; i < width; i++) {
            System.arraycopy(weights, order[i] * outputs + first, rest, i * count, count);
        }
        double[][] errors = new double[TOGETHER][count];
        for (int from = 0; from < width; from += TOGETHER) {
            int to = Math.min(width, from + TOGETHER);
            for (int i = from; i < to; i++) {
                double[] error = errors[i - from];
                double diagonal = compensation[i * width + i];
                for (int c = 0; c < count; c++) {
                    // The codes are chosen from 32-bit values later; the same values here keep both choices equal.
                    float value = (float) rest[i * count + c];
                    rest[i * count + c] = value;
                    error[c] = ((double) value - grid.nearest(value, order[i], first + c)) / diagonal;
                }
                for (int j = i + 1; j < to; j++) {
                    subtract(rest, j * count, compensation[i * width + j], error);
                }
            }
            for (int j = to; j < width; j++) {
                subtract(rest, j, from, errors);
            }
        }
        for (int i = 0; i < width; i++) {
            System.arraycopy(rest, i * count, weights, order[i] * outputs + first, count);
        }
    }

    private static void subtract(double[] rest, int at, double share, double[] error) {
        for (int c = 0; c < error.length; c++) {
            rest[at + c] -= share * error[c];
        }
    }

    /** Subtracts the errors of some inputs from the rest of input j: one after the other, but in one pass over memory. */
    private void subtract(double[] rest, int j, int from, double[][] errors) {
        double[] e0 = errors[0];
        double[] e1 = errors[1];
        double[] e2 = errors[2];
        double[] e3 = errors[3];
        double s0 = compensation[from * width + j];
        double s1 = compensation[(from + 1) * width + j];
        double s2 = compensation[(from + 2) * width + j];
        double s3 = compensation[(from + 3) * width + j];
        int at = j * e0.length;
        for (int c = 0; c < e0.length; c++) {
            rest[at + c] = rest[at + c] - s0 * e0[c] - s1 * e1[c] - s2 * e2[c] - s3 * e3[c];
        }
    }
}
