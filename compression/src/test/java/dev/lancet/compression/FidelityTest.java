package dev.lancet.compression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.compression.matrix.Matrix;
import dev.lancet.compression.quant.Quantizer;
import dev.lancet.compression.random.Normals;
import dev.lancet.compression.svd.JacobiAlgebra;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.plan.StoredMatrix;
import org.junit.jupiter.api.Test;

class FidelityTest {

    private static double sqnr(Precision precision) {
        Matrix matrix = Matrix.of(512, 512, new Normals(1, "w").floats(512 * 512, 0.02));
        StoredMatrix piece = new StoredMatrix("w", 512, 512, precision, StoredMatrix.Channels.COLUMNS);
        Matrix after = Quantizer.unpack(piece, Quantizer.pack(piece, matrix));
        return Fidelity.of("w", matrix, after, 0).sqnrDb();
    }

    /** A normal column of 512 peaks near 3.1 deviations; uniform noise of a step 3.1 / 127 has 20·log₁₀(127·√12 / 3.1) dB. */
    @Test
    void eight_bits_keep_forty_decibels_of_a_normal_matrix() {
        assertThat(sqnr(Precision.int8())).isGreaterThan(40).isCloseTo(43, within(1.0));
    }

    @Test
    void four_bits_in_groups_of_32_keep_eighteen_and_normal_floats_more() {
        assertThat(sqnr(Precision.int4(32))).isGreaterThan(18);
        assertThat(sqnr(Precision.nf4(32))).isGreaterThan(sqnr(Precision.int4(32)));
    }

    /** Between 2ᵏ and 2ᵏ⁺¹ rounding is noise of 4ᵏ⁻⁸ / 3; summed over the binades of a normal of 0.02 that is 55.6 dB below it. */
    @Test
    void bfloat16_keeps_fifty_five_decibels_of_a_normal_matrix() {
        assertThat(sqnr(Precision.bfloat16())).isCloseTo(55.6, within(0.1));
    }

    @Test
    void smaller_groups_keep_more() {
        assertThat(sqnr(Precision.int4(16))).isGreaterThan(sqnr(Precision.int4(64)));
    }

    @Test
    void an_error_as_large_as_the_matrix_has_zero_decibels() {
        Matrix matrix = Matrix.of(1, 2, new float[] {3, 4});
        Fidelity nothingLeft = Fidelity.of("w", matrix, Matrix.of(1, 2, new float[2]), 0);
        assertThat(nothingLeft.relativeFrobenius()).isEqualTo(1);
        assertThat(nothingLeft.sqnrDb()).isZero();
    }

    @Test
    void a_matrix_of_zeros_loses_nothing() {
        Matrix zeros = Matrix.of(1, 2, new float[2]);
        assertThat(Fidelity.of("w", zeros, zeros, 0).relativeFrobenius()).isZero();
    }

    private static Matrix normal(int rows, int columns, long seed) {
        return Matrix.of(rows, columns, new Normals(seed, "matrix").floats(rows * columns, 1));
    }

    @Test
    void the_error_of_a_product_in_parts_is_that_of_the_whole_wide_or_tall() {
        JacobiAlgebra jacobi = new JacobiAlgebra();
        for (int[] shape : new int[][] {{2500, 3}, {3, 2500}, {40, 40}, {1024, 2}}) {
            Matrix exact = normal(shape[0], shape[1], 1);
            Matrix left = normal(shape[0], 2, 2);
            Matrix right = normal(2, shape[1], 3);
            double whole =
                    Fidelity.of("w", exact, jacobi.product(left, right), 0).relativeFrobenius();
            assertThat(Fidelity.relativeError(exact, left, right, jacobi)).isCloseTo(whole, within(1e-9 * whole));
        }
    }
}
