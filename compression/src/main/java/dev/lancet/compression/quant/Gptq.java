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
        double[] error = new double[count];
        for (int i = 0; i < width; i++) {
            double diagonal = compensation[i * width + i];
            for (int c = 0; c < count; c++) {
                // The codes are chosen from 32-bit values later; the same values here keep both choices equal.
                float value = (float) rest[i * count + c];
                rest[i * count + c] = value;
                error[c] = ((double) value - grid.nearest(value, order[i], first + c)) / diagonal;
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
