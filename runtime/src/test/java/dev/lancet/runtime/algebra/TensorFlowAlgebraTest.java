package dev.lancet.runtime.algebra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.compression.matrix.Matrix;
import dev.lancet.compression.random.Normals;
import dev.lancet.compression.svd.Factors;
import dev.lancet.compression.svd.Svd;
import dev.lancet.compression.svd.Truncation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TensorFlowAlgebraTest {

    private final TensorFlowAlgebra algebra = new TensorFlowAlgebra();

    @AfterEach
    void close() {
        algebra.close();
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

    @Test
    void products_transpose_the_wanted_operands() {
        Matrix a = Matrix.of(2, 3, new float[] {1, 2, 3, 4, 5, 6});
        Matrix b = Matrix.of(3, 2, new float[] {1, 0, 2, 1, 0, 3});
        assertThat(algebra.product(a, b).values()).containsExactly(5, 11, 14, 23);
        assertThat(algebra.product(a, true, b, true).values()).containsExactly(1, 6, 12, 2, 9, 15, 3, 12, 18);
        assertThat(algebra.product(a, true, a, false).values()).containsExactly(17, 22, 27, 22, 29, 36, 27, 36, 45);
        assertThat(algebra.product(a, false, a, true).values()).containsExactly(14, 32, 32, 77);
    }

    @Test
    void a_basis_is_orthonormal_and_spans_the_columns() {
        Matrix matrix = normal(50, 7, 1);
        Matrix basis = algebra.orthonormal(matrix);
        Matrix gram = algebra.product(basis, true, basis, false);
        for (int i = 0; i < 49; i++) {
            assertThat(gram.values()[i]).isCloseTo(i % 8 == 0 ? 1 : 0, within(1e-6f));
        }
        Factors projected = new Factors(basis, algebra.product(basis, true, matrix, false));
        assertThat(error(matrix, projected)).isLessThan(1e-5);
    }

    @Test
    void all_directions_together_are_the_matrix_wide_or_tall() {
        for (Matrix matrix : new Matrix[] {normal(30, 70, 1), normal(70, 30, 2), normal(1, 5, 3)}) {
            Svd svd = algebra.svd(matrix);
            assertThat(svd.values()).hasSize(matrix.smallerSide()).isSortedAccordingTo((a, b) -> Double.compare(b, a));
            assertThat(error(matrix, svd.factors(matrix.smallerSide()))).isLessThan(1e-4);
        }
    }

    @Test
    void a_matrix_of_zeros_has_factors_of_zeros() {
        Factors factors = new Truncation(algebra).cut("zeros", Matrix.of(4, 3, new float[12]), 2);
        assertThat(factors.left().values()).containsOnly(0f);
        assertThat(factors.right().values()).containsOnly(0f);
    }

    @Test
    void a_sketched_cut_of_a_large_matrix_is_nearly_the_best_and_repeats_itself() {
        int side = 640;
        Matrix basis = algebra.orthonormal(normal(side, side, 1));
        float[] decaying = basis.values().clone();
        double tail = 0;
        int rank = 32;
        for (int k = 0; k < side; k++) {
            double value = 1 / Math.sqrt(1.0 + k);
            tail += k < rank ? 0 : value * value;
            for (int i = 0; i < side; i++) {
                decaying[i * side + k] *= (float) value;
            }
        }
        Matrix matrix = algebra.product(
                Matrix.of(side, side, decaying), false, algebra.orthonormal(normal(side, side, 2)), true);
        assertThat(Truncation.exact(side, side, rank)).isFalse();
        Factors once = new Truncation(algebra).cut("w", matrix, rank);
        Factors again = new Truncation(algebra).cut("w", matrix, rank);
        assertThat(error(matrix, once)).isBetween(Math.sqrt(tail) * 0.9999, Math.sqrt(tail) * 1.005);
        assertThat(again.left().values()).isEqualTo(once.left().values());
        assertThat(again.right().values()).isEqualTo(once.right().values());
    }
}
