package dev.lancet.compression.svd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.compression.matrix.Matrix;
import dev.lancet.compression.random.Normals;
import dev.lancet.dsl.LancetException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class TruncationTest {

    private final LinearAlgebra algebra = new JacobiAlgebra();
    private final Truncation truncation = new Truncation(algebra);

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

    private static double tail(double[] values, int rank) {
        double sum = 0;
        for (int k = rank; k < values.length; k++) {
            sum += values[k] * values[k];
        }
        return Math.sqrt(sum);
    }

    @Property(tries = 60)
    void what_is_cut_off_is_the_energy_of_the_tail(
            @ForAll @IntRange(min = 1, max = 24) int rows,
            @ForAll @IntRange(min = 1, max = 24) int columns,
            @ForAll @IntRange(min = 1, max = 24) int wanted,
            @ForAll long seed) {
        int rank = Math.min(wanted, Math.min(rows, columns));
        Matrix matrix = normal(rows, columns, seed);
        Factors factors = truncation.cut("w", matrix, rank);
        assertThat(factors.rank()).isEqualTo(rank);
        assertThat(error(matrix, factors)).isCloseTo(tail(algebra.singularValues(matrix), rank), within(2e-5));
    }

    @Test
    void both_factors_carry_the_same_share_and_the_left_one_points_up() {
        Factors factors = truncation.cut("w", Matrix.of(2, 2, new float[] {-8, 0, 0, 2}), 2);
        float root = (float) Math.sqrt(2);
        assertThat(factors.left().values()).containsExactly(new float[] {2 * root, 0, 0, root}, within(1e-6f));
        assertThat(factors.right().values()).containsExactly(new float[] {-2 * root, 0, 0, root}, within(1e-6f));
    }

    @Test
    void a_matrix_that_is_not_finite_is_refused() {
        assertThatThrownBy(() -> truncation.cut("h.0.attn.q", Matrix.of(1, 2, new float[] {1, Float.NaN}), 1))
                .isInstanceOf(LancetException.class)
                .hasMessage(
                        "matrix: h.0.attn.q contains NaN; only finite matrices can be decomposed; check where it comes from");
    }
}
