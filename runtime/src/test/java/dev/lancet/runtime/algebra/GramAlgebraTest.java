package dev.lancet.runtime.algebra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.compression.matrix.Matrix;
import dev.lancet.compression.random.Normals;
import dev.lancet.compression.random.Orthonormal;
import dev.lancet.compression.svd.Factors;
import dev.lancet.compression.svd.Truncation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GramAlgebraTest {

    private final GramAlgebra algebra = new GramAlgebra();
    private final BlasThreadLimit one = new BlasThreadLimit(1);

    @AfterEach
    void free() {
        one.close();
    }

    private static Matrix normal(int rows, int columns, long seed) {
        return Matrix.of(rows, columns, new Normals(seed, "matrix").floats(rows * columns, 1));
    }

    private double error(Matrix matrix, Factors factors) {
        float[] product = algebra.product(factors.left(), factors.right()).values();
        double sum = 0;
        for (int i = 0; i < product.length; i++) {
            sum += Math.pow(matrix.values()[i] - (double) product[i], 2);
        }
        return Math.sqrt(sum);
    }

    /** {@code [side, side]} with the singular values 1, base, base², … */
    private Matrix decaying(int side, double base) {
        float[] left = orthonormal(side, 1).values().clone();
        for (int i = 0; i < left.length; i++) {
            left[i] *= (float) Math.pow(base, i % side);
        }
        return algebra.product(Matrix.of(side, side, left), orthonormal(side, 2));
    }

    private static Matrix orthonormal(int side, long seed) {
        return Orthonormal.columns(new Normals(seed, "basis"), side, side, 1);
    }

    private static double tail(double[] values, int rank) {
        double sum = 0;
        for (int k = rank; k < values.length; k++) {
            sum += values[k] * values[k];
        }
        return Math.sqrt(sum);
    }

    @Test
    void a_product_multiplies_rows_by_columns_also_in_several_blocks() {
        Matrix a = Matrix.of(2, 3, new float[] {1, 2, 3, 4, 5, 6});
        Matrix b = Matrix.of(3, 2, new float[] {1, 0, 2, 1, 0, 3});
        assertThat(algebra.product(a, b).values()).containsExactly(5, 11, 14, 23);
        Matrix tall = normal(2500, 3, 1);
        float[] product = algebra.product(tall, b).values();
        for (int i = 0; i < 2500; i++) {
            assertThat(product[2 * i]).isCloseTo(tall.at(i, 0) + 2 * tall.at(i, 1), within(1e-5f));
            assertThat(product[2 * i + 1]).isCloseTo(tall.at(i, 1) + 3 * tall.at(i, 2), within(1e-5f));
        }
    }

    @Test
    void all_directions_together_are_the_matrix_wide_or_tall_in_one_block_or_several() {
        for (Matrix matrix : new Matrix[] {
            normal(30, 70, 1),
            normal(70, 30, 2),
            normal(1, 5, 3),
            normal(2100, 20, 4),
            normal(20, 2100, 5),
            normal(520, 600, 6)
        }) {
            double[] values = algebra.singularValues(matrix);
            assertThat(error(matrix, algebra.factors(matrix, matrix.smallerSide())))
                    .isLessThan(2e-5 * tail(values, 0));
            assertThat(values).hasSize(matrix.smallerSide()).isSortedAccordingTo((a, b) -> Double.compare(b, a));
        }
    }

    @Test
    void both_factors_carry_the_same_share_and_the_left_one_points_up() {
        for (Matrix matrix : new Matrix[] {
            Matrix.of(3, 2, new float[] {-8, 0, 0, 2, 0, 0}), Matrix.of(2, 3, new float[] {-8, 0, 0, 0, 2, 0})
        }) {
            Factors factors = algebra.factors(matrix, 2);
            float root = (float) Math.sqrt(2);
            assertThat(factors.left().at(0, 0)).isCloseTo(2 * root, within(1e-5f));
            assertThat(factors.left().at(1, 1)).isCloseTo(root, within(1e-5f));
            assertThat(factors.right().at(0, 0)).isCloseTo(-2 * root, within(1e-5f));
            assertThat(factors.right().at(1, 1)).isCloseTo(root, within(1e-5f));
        }
    }

    @Test
    void what_is_cut_off_is_the_energy_of_the_tail() {
        for (Matrix matrix : new Matrix[] {normal(300, 200, 1), normal(150, 1300, 2), decaying(200, 0.99)}) {
            double[] values = algebra.singularValues(matrix);
            for (int rank : new int[] {1, 20, 100}) {
                assertThat(error(matrix, algebra.factors(matrix, rank)))
                        .isCloseTo(tail(values, rank), within(1e-4 * tail(values, rank)));
            }
        }
    }

    @Test
    void a_steep_spectrum_is_cut_where_float32_would_not_see_it() {
        Matrix steep = decaying(64, 0.6);
        double[] values = algebra.singularValues(steep);
        assertThat(values[24]).isCloseTo(Math.pow(0.6, 24), within(1e-7));
        assertThat(error(steep, algebra.factors(steep, 24))).isCloseTo(tail(values, 24), within(2e-6));
    }

    @Test
    void a_large_matrix_with_a_steep_spectrum_is_cut_in_float64() {
        Matrix steep = decaying(520, 0.97);
        double[] values = algebra.singularValues(steep);
        assertThat(values[300] / values[0]).isLessThan(2e-4);
        assertThat(error(steep, algebra.factors(steep, 300))).isCloseTo(tail(values, 300), within(1e-5));
    }

    @Test
    void a_rank_above_that_of_the_matrix_loses_nothing() {
        Matrix low = algebra.product(normal(128, 12, 1), normal(12, 90, 2));
        assertThat(error(low, algebra.factors(low, 12))).isLessThan(1e-3);
        assertThat(error(low, algebra.factors(low, 40))).isLessThan(1e-3);
        double[] values = algebra.singularValues(low);
        assertThat(values[11]).isGreaterThan(10);
        assertThat(values[12]).isLessThan(1e-5 * values[0]);
    }

    @Test
    void a_matrix_of_zeros_has_factors_of_zeros() {
        Factors factors = new Truncation(algebra).cut("zeros", Matrix.of(4, 3, new float[12]), 2);
        assertThat(factors.left().values()).containsOnly(0f);
        assertThat(factors.right().values()).containsOnly(0f);
    }

    @Test
    void numbers_whose_squares_leave_the_range_of_float32_are_cut_as_others() {
        for (float scale : new float[] {1e-25f, 1e25f}) {
            float[] scaled = normal(540, 520, 1).values().clone();
            for (int i = 0; i < scaled.length; i++) {
                scaled[i] *= scale;
            }
            Matrix matrix = Matrix.of(540, 520, scaled);
            double[] values = algebra.singularValues(matrix);
            assertThat(error(matrix, algebra.factors(matrix, 10)) / scale)
                    .isCloseTo(tail(values, 10) / scale, within(1e-4 * tail(values, 10) / scale));
        }
    }

    @Test
    void a_cut_repeats_itself() {
        Matrix matrix = normal(700, 300, 1);
        Factors once = algebra.factors(matrix, 40);
        Factors again = algebra.factors(matrix, 40);
        assertThat(again.left().values()).isEqualTo(once.left().values());
        assertThat(again.right().values()).isEqualTo(once.right().values());
    }

    @Test
    void an_impossible_rank_is_refused() {
        assertThatThrownBy(() -> algebra.factors(normal(3, 4, 1), 4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("factors: rank 4 of Matrix [3, 4]");
    }
}
