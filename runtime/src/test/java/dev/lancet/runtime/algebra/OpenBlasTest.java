package dev.lancet.runtime.algebra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.compression.algebra.EigenDecomposition;
import dev.lancet.compression.algebra.Float64Algebra.Shape;
import dev.lancet.dsl.LancetException;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** OpenBLAS against loops in Java. */
class OpenBlasTest {

    private static final double CLOSE = 1e-11;
    private static final int WIDTH = 37;

    private final OpenBlas algebra = new OpenBlas();

    private static double[] random(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = 2 * random.nextDouble() - 1;
        }
        return values;
    }

    private static double[] product(double[] left, double[] right, int m, int k, int n) {
        double[] result = new double[m * n];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                for (int l = 0; l < k; l++) {
                    result[i * n + j] += left[i * k + l] * right[l * n + j];
                }
            }
        }
        return result;
    }

    private static double[] transposed(double[] values, int rows, int columns) {
        double[] turned = new double[values.length];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                turned[j * rows + i] = values[i * columns + j];
            }
        }
        return turned;
    }

    /** {@code XᵀX} of 50 rows, so that it is positive definite. */
    private static double[] gram() {
        double[] rows = random(50 * WIDTH, 5);
        return product(transposed(rows, 50, WIDTH), rows, WIDTH, 50, WIDTH);
    }

    private static double[] identity(int width) {
        double[] one = new double[width * width];
        for (int i = 0; i < width; i++) {
            one[i * width + i] = 1;
        }
        return one;
    }

    @Test
    void a_product_transposes_the_wanted_operands() {
        int m = 5;
        int k = 7;
        int n = 3;
        double[] left = random(m * k, 1);
        double[] right = random(k * n, 2);
        double[] expected = product(left, right, m, k, n);
        Shape shape = new Shape(m, k, n);
        double[] leftTurned = transposed(left, m, k);
        double[] rightTurned = transposed(right, k, n);
        assertThat(algebra.product(left, false, right, false, shape)).containsExactly(expected, within(CLOSE));
        assertThat(algebra.product(leftTurned, true, right, false, shape)).containsExactly(expected, within(CLOSE));
        assertThat(algebra.product(left, false, rightTurned, true, shape)).containsExactly(expected, within(CLOSE));
        assertThat(algebra.product(leftTurned, true, rightTurned, true, shape))
                .containsExactly(expected, within(CLOSE));
    }

    @Test
    void rows_are_added_to_the_upper_triangle_of_a_gram_matrix_and_nothing_below_it_changes() {
        rows_are_added(50, WIDTH, CLOSE);
        double[] sums = identity(WIDTH);
        algebra.addGram(sums, new float[0], 0, WIDTH);
        assertThat(sums).containsExactly(identity(WIDTH));
    }

    @Test
    void the_rows_of_a_wide_layer_are_added_with_an_error_below_a_millionth() {
        rows_are_added(1500, 1030, 1e-6 * 1500 / 3);
    }

    private void rows_are_added(int count, int width, double allowed) {
        double[] values = random(count * width, 5);
        float[] rows = new float[values.length];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = (float) values[i];
        }
        double[] expected = identity(width);
        for (int row = 0; row < count; row++) {
            for (int i = 0; i < width; i++) {
                for (int j = i; j < width; j++) {
                    expected[i * width + j] += (double) rows[row * width + i] * rows[row * width + j];
                }
            }
        }
        double[] sums = identity(width);
        algebra.addGram(sums, rows, count, width);
        assertThat(largestDifference(sums, expected)).isLessThanOrEqualTo(allowed);
    }

    /** AssertJ takes minutes for a million numbers. */
    private static double largestDifference(double[] one, double[] other) {
        double largest = 0;
        for (int i = 0; i < one.length; i++) {
            largest = Math.max(largest, Math.abs(one[i] - other[i]));
        }
        return largest;
    }

    @Test
    void a_cholesky_factor_is_lower_and_its_square_is_the_matrix() {
        double[] gram = gram();
        double[] lower = algebra.cholesky(gram, WIDTH).orElseThrow();
        for (int i = 0; i < WIDTH; i++) {
            assertThat(lower[i * WIDTH + i]).isPositive();
            for (int j = i + 1; j < WIDTH; j++) {
                assertThat(lower[i * WIDTH + j]).isZero();
            }
        }
        assertThat(product(lower, transposed(lower, WIDTH, WIDTH), WIDTH, WIDTH, WIDTH))
                .containsExactly(gram(), within(CLOSE));
        assertThat(lower).as("in its place").isSameAs(gram);
    }

    @Test
    void a_matrix_that_is_not_positive_definite_has_no_cholesky_factor() {
        assertThat(algebra.cholesky(new double[] {1, 2, 2, 1}, 2)).isEmpty();
        assertThat(algebra.cholesky(new double[4], 2)).isEmpty();
        assertThat(algebra.cholesky(new double[] {Double.NaN, 0, 0, 1}, 2)).isEmpty();
    }

    @Test
    void the_inverse_of_a_lower_triangle_is_a_lower_triangle() {
        double[] lower = algebra.cholesky(gram(), WIDTH).orElseThrow();
        double[] before = lower.clone();
        double[] inverse = algebra.inverseOfLower(lower, WIDTH);
        assertThat(inverse).as("in its place").isSameAs(lower);
        assertThat(product(before, inverse, WIDTH, WIDTH, WIDTH)).containsExactly(identity(WIDTH), within(CLOSE));
        assertThat(inverse[1]).isZero();
    }

    @Test
    void a_singular_triangle_has_no_inverse() {
        assertThatThrownBy(() -> algebra.inverseOfLower(new double[] {1, 0, 1, 0}, 2))
                .isInstanceOf(LancetException.class)
                .hasMessage("algebra: the triangular inverse failed with LAPACK's code 2; check that the calibration"
                        + " data are finite and not all 0");
    }

    @Test
    void eigenvectors_are_orthonormal_rows_in_the_order_of_their_ascending_values() {
        double[] gram = gram();
        EigenDecomposition eigen = algebra.eigen(gram, WIDTH);
        assertThat(eigen.values()).isSorted();
        double[] vectors = eigen.vectors();
        double[] columns = transposed(vectors, WIDTH, WIDTH);
        assertThat(product(vectors, columns, WIDTH, WIDTH, WIDTH)).containsExactly(identity(WIDTH), within(CLOSE));
        double[] scaled = vectors.clone();
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] *= eigen.values()[i / WIDTH];
        }
        assertThat(product(columns, scaled, WIDTH, WIDTH, WIDTH)).containsExactly(gram, within(CLOSE));
        assertThat(gram).as("the matrix stays").containsExactly(gram());
    }
}
