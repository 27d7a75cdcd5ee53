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
    void a_sketch_finds_a_low_rank_exactly() {
        Matrix low = algebra.product(normal(60, 5, 1), normal(5, 90, 2));
        Svd sketched = truncation.sketched("w", low, 5);
        assertThat(error(low, sketched.factors(5))).isLessThan(1e-3);
        assertThat(sketched.values()[0]).isCloseTo(algebra.singularValues(low)[0], within(1e-3));
    }

    @Test
    void a_sketch_of_a_flat_spectrum_is_nearly_the_best_cut() {
        Matrix flat = normal(120, 100, 3);
        double best = tail(algebra.singularValues(flat), 12);
        assertThat(error(flat, truncation.sketched("w", flat, 12).factors(12))).isBetween(best, 1.01 * best);
    }

    @Test
    void a_sketch_repeats_itself_and_depends_on_the_name() {
        Matrix matrix = normal(60, 50, 4);
        float[] once = truncation.sketched("w", matrix, 3).u().values();
        assertThat(truncation.sketched("w", matrix, 3).u().values()).isEqualTo(once);
        assertThat(truncation.sketched("v", matrix, 3).u().values()).isNotEqualTo(once);
    }

    @Test
    void only_small_ranks_of_large_matrices_are_sketched() {
        assertThat(Truncation.exact(512, 100_000, 1)).isTrue();
        assertThat(Truncation.exact(1024, 4096, 257)).isTrue();
        assertThat(Truncation.exact(1024, 4096, 256)).isFalse();
        assertThat(Truncation.exact(4096, 1024, 256)).isFalse();
    }

    @Test
    void a_large_matrix_is_cut_through_a_sketch() {
        Matrix low = algebra.product(normal(520, 2, 1), normal(2, 514, 2));
        assertThat(error(low, truncation.cut("w", low, 2))).isLessThan(1e-2);
    }

    @Test
    void a_matrix_that_is_not_finite_is_refused() {
        assertThatThrownBy(() -> truncation.cut("h.0.attn.q", Matrix.of(1, 2, new float[] {1, Float.NaN}), 1))
                .isInstanceOf(LancetException.class)
                .hasMessage(
                        "matrix: h.0.attn.q contains NaN; only finite matrices can be decomposed; check where it comes from");
    }
}
