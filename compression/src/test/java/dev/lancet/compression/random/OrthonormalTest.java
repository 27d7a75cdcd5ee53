package dev.lancet.compression.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.compression.matrix.Matrix;
import dev.lancet.compression.svd.JacobiAlgebra;
import org.junit.jupiter.api.Test;

class OrthonormalTest {

    @Test
    void columns_are_orthogonal_and_have_the_wanted_length() {
        Matrix tall = Orthonormal.columns(new Normals(1, "tall"), 1030, 40, 2);
        assertThat(tall.rows()).isEqualTo(1030);
        assertDiagonal(new JacobiAlgebra().product(tall, true, tall, false), 4);
    }

    @Test
    void rows_are_orthogonal_and_have_the_wanted_length() {
        Matrix wide = Orthonormal.rows(new Normals(1, "wide"), 3, 17, 0.5f);
        assertThat(wide.columns()).isEqualTo(17);
        assertDiagonal(new JacobiAlgebra().product(wide, false, wide, true), 0.25);
    }

    @Test
    void a_square_of_them_is_orthogonal_too() {
        Matrix square = Orthonormal.columns(new Normals(1, "square"), 200, 200, 1);
        assertDiagonal(new JacobiAlgebra().product(square, true, square, false), 1);
    }

    @Test
    void more_vectors_than_dimensions_cannot_be_orthogonal() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Orthonormal.columns(new Normals(1, "x"), 3, 4, 1))
                .withMessage("orthonormal: 4 vectors of length 3");
    }

    private static void assertDiagonal(Matrix gram, double value) {
        for (int i = 0; i < gram.rows(); i++) {
            for (int j = 0; j < gram.columns(); j++) {
                assertThat((double) gram.at(i, j)).isCloseTo(i == j ? value : 0, within(1e-5 * value));
            }
        }
    }
}
