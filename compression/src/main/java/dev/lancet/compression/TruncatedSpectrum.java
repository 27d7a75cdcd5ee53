package dev.lancet.compression;

import dev.lancet.compression.matrix.Matrix;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The singular values of a matrix that was cut to a lower rank, and where it was cut. At most some fifty values of each curve
 * are kept, so that a report of a large model stays small.
 *
 * @param rank how many values the cut keeps
 * @param count how many values the matrix has, the smaller of its rows and columns
 * @param plain those of the matrix W; empty where they were not computed
 * @param whitened those of {@code LᵀW} with {@code XᵀX = L·Lᵀ} over the calibration inputs X, which say what each direction
 *     means for the layer's output; empty if the cut was a plain one
 */
public record TruncatedSpectrum(int rank, int count, Optional<Curve> plain, Optional<Curve> whitened) {

    /** All values of a larger matrix would take a noticeable part of the time of its compression. */
    static final int LARGEST_SIDE = 1024;

    private static final int MOST_VALUES = 48;
    private static final MathContext DIGITS = new MathContext(4);

    /**
     * Some singular values in descending order.
     *
     * @param values some of the values, always the first, the last that the cut keeps, the first that it drops, and the last
     * @param kept the share of the squares of all values that the cut keeps, from 0 to 1
     */
    public record Curve(List<Value> values, double kept) {

        public Curve {
            values = List.copyOf(values);
        }

        /**
         * A curve through all values, or through the leading ones.
         *
         * @param sigma singular values in descending order
         * @param energy the sum of the squares of all singular values
         */
        static Curve of(double[] sigma, double energy, int rank) {
            TreeSet<Integer> chosen = new TreeSet<>();
            int last = sigma.length - 1;
            for (int i = 0; i < MOST_VALUES; i++) {
                chosen.add((int) Math.round((double) i * last / (MOST_VALUES - 1)));
            }
            chosen.add(Math.min(rank, last));
            chosen.add(Math.min(rank - 1, last));
            double most = sigma[0] == 0 ? 1 : sigma[0];
            List<Value> values = new ArrayList<>();
            chosen.forEach(i -> values.add(new Value(i + 1, rounded(sigma[i] / most))));
            return new Curve(values, energy == 0 ? 1 : Math.min(1, squares(sigma, rank) / energy));
        }

        private static double rounded(double value) {
            return new BigDecimal(value).round(DIGITS).doubleValue();
        }
    }

    /**
     * A singular value.
     *
     * @param index 1 for the largest
     * @param share the value as a share of the largest
     */
    public record Value(int index, double share) {}

    /** The sum of the squares of the leading values. */
    static double squares(double[] sigma, int count) {
        double sum = 0;
        for (int i = 0; i < Math.min(count, sigma.length); i++) {
            sum += sigma[i] * sigma[i];
        }
        return sum;
    }

    /** The squared Frobenius norm, which is the sum of the squares of all singular values. */
    static double energy(Matrix matrix) {
        double sum = 0;
        for (float value : matrix.values()) {
            sum += (double) value * value;
        }
        return sum;
    }
}
