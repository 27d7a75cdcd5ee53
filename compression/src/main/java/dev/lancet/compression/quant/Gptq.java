package dev.lancet.compression.quant;

import dev.lancet.compression.algebra.Float64Algebra;
import dev.lancet.compression.calibration.GramMatrix;
import dev.lancet.compression.matrix.Matrix;
import dev.lancet.dsl.LancetException;
import java.util.Arrays;
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

    /** The number of outputs that are rounded together. */
    private static final int TILE = 128;

    /** The number of inputs whose errors are compensated together: their errors stay in the cache. */
    private static final int BLOCK = 64;

    /** The number of errors that one pass over a row subtracts. The Java compiler makes vector instructions of 4, but not of 8. */
    private static final int AT_ONCE = 4;

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
        double[][] rest = new double[width][];
        for (int i = 0; i < width; i++) {
            int at = order[i] * outputs + first;
            rest[i] = Arrays.copyOfRange(weights, at, at + count);
        }
        double[][] errors = new double[BLOCK][count];
        for (int from = 0; from < width; from += BLOCK) {
            int to = Math.min(width, from + BLOCK);
            for (int i = from; i < to; i++) {
                double[] row = rest[i];
                double[] error = errors[i - from];
                double diagonal = compensation[i * width + i];
                for (int c = 0; c < count; c++) {
                    // The codes are chosen from 32-bit values later; the same values here keep both choices equal.
                    float value = (float) row[c];
                    row[c] = value;
                    error[c] = ((double) value - grid.nearest(value, order[i], first + c)) / diagonal;
                }
                for (int j = i + 1; j < to; j++) {
                    subtract(rest[j], compensation[i * width + j], error);
                }
            }
            for (int next = to; next < width; next += BLOCK) {
                compensate(rest, next, Math.min(width, next + BLOCK), from, to, errors);
            }
        }
        for (int i = 0; i < width; i++) {
            System.arraycopy(rest[i], 0, weights, order[i] * outputs + first, count);
        }
    }

    /** Subtracts the errors of the inputs of a block from the rest of some later inputs, which stay in the cache meanwhile. */
    private void compensate(double[][] rest, int next, int last, int from, int to, double[][] errors) {
        int i = from;
        for (; i + AT_ONCE <= to; i += AT_ONCE) {
            for (int j = next; j < last; j++) {
                subtract(rest[j], i * width + j, errors, i - from);
            }
        }
        for (; i < to; i++) {
            for (int j = next; j < last; j++) {
                subtract(rest[j], compensation[i * width + j], errors[i - from]);
            }
        }
    }

    private static void subtract(double[] row, double share, double[] error) {
        for (int c = 0; c < row.length; c++) {
            row[c] -= share * error[c];
        }
    }

    /**
     * Subtracts the errors of four inputs from the rest of another: one after the other, but in one pass over memory.
     *
     * @param entry the place of the first input's share in the compensation; the others are below it
     * @param index of the first input's errors
     */
    private void subtract(double[] row, int entry, double[][] errors, int index) {
        double[] e0 = errors[index];
        double[] e1 = errors[index + 1];
        double[] e2 = errors[index + 2];
        double[] e3 = errors[index + 3];
        double s0 = compensation[entry];
        double s1 = compensation[entry + width];
        double s2 = compensation[entry + 2 * width];
        double s3 = compensation[entry + 3 * width];
        for (int c = 0; c < row.length; c++) {
            row[c] = row[c] - s0 * e0[c] - s1 * e1[c] - s2 * e2[c] - s3 * e3[c];
        }
    }
}
