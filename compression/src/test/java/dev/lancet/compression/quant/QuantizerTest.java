package dev.lancet.compression.quant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.compression.matrix.Matrix;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.dsl.plan.StoredMatrix.Channels;
import dev.lancet.dsl.weights.HostTensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class QuantizerTest {

    private static StoredMatrix piece(int rows, int columns, Precision precision, Channels channels) {
        return new StoredMatrix("x", rows, columns, precision, channels);
    }

    private static List<HostTensor> pack(StoredMatrix matrix, float... values) {
        return Quantizer.pack(matrix, Matrix.of(matrix.rows(), matrix.columns(), values));
    }

    @Test
    void a_column_is_a_channel_of_a_linear_matrix_in_8_bits() {
        List<HostTensor> arrays = pack(piece(2, 2, Precision.int8(), Channels.COLUMNS), 127, 1, -63.5f, -2);
        assertThat(arrays.get(1).floats()).containsExactly(1, 2f / 127);
        // 63.5 lies between two codes and goes to the even one, so does 1 / (2 / 127).
        assertThat(arrays.get(0).toArray()).containsExactly(127, 64, -64, -127);
    }

    @Test
    void a_row_is_a_channel_of_a_table_in_8_bits() {
        List<HostTensor> arrays = pack(piece(2, 2, Precision.int8(), Channels.ROWS), 127, 1, -63.5f, -2);
        assertThat(arrays.get(1).floats()).containsExactly(1, 0.5f);
        assertThat(arrays.get(0).toArray()).containsExactly(127, 1, -127, -4);
    }

    @Test
    void rows_pair_up_in_a_linear_matrix_in_4_bits_and_the_last_group_may_be_short() {
        StoredMatrix matrix = piece(3, 2, Precision.int4(2), Channels.COLUMNS);
        List<HostTensor> arrays = pack(matrix, 7, 1, -3, 14, 1, 0);
        assertThat(arrays.get(1).floats()).containsExactly(1, 2, 1f / 7, 0);
        // 1 / 2 is a tie and becomes 0. The low half holds the even row; after the odd end follows 0.
        assertThat(arrays.get(0).toArray()).containsExactly((5 << 4) | 15, (byte) ((15 << 4) | 8), 15, 8);
        assertThat(Quantizer.unpack(matrix, arrays).values()).containsExactly(7, 0, -3, 14, 1, 0);
    }

    @Test
    void columns_pair_up_in_a_table_in_4_bits() {
        StoredMatrix matrix = piece(2, 3, Precision.int4(2), Channels.ROWS);
        List<HostTensor> arrays = pack(matrix, 7, -3, 1, 1, 14, 0);
        assertThat(arrays.get(1).floats()).containsExactly(1, 1f / 7, 2, 0);
        assertThat(arrays.get(0).toArray()).containsExactly((5 << 4) | 15, 15, (byte) ((15 << 4) | 8), 8);
        assertThat(Quantizer.unpack(matrix, arrays).values()).containsExactly(7, -3, 1, 0, 14, 0);
    }

    @Test
    void nf4_takes_the_nearest_of_its_sixteen_values() {
        StoredMatrix matrix = piece(6, 1, Precision.nf4(6), Channels.COLUMNS);
        List<HostTensor> arrays = pack(matrix, -2, 2, 0, 0.16f, 0.15f, -1.5f);
        assertThat(arrays.get(1).floats()).containsExactly(2);
        assertThat(arrays.get(0).toArray()).containsExactly((byte) (15 << 4), (byte) ((8 << 4) | 7), (1 << 4) | 8);
        assertThat(Quantizer.unpack(matrix, arrays).values())
                .containsExactly(
                        -2,
                        2,
                        0,
                        2 * Precision.Nf4.VALUES.get(8),
                        2 * Precision.Nf4.VALUES.get(8),
                        2 * Precision.Nf4.VALUES.get(1));
    }

    @Test
    void floats_are_stored_as_they_are() {
        StoredMatrix matrix = piece(1, 3, Precision.float32(), Channels.COLUMNS);
        List<HostTensor> arrays = pack(matrix, 1.5f, -2, Float.MIN_VALUE);
        assertThat(arrays).hasSize(1);
        assertThat(Quantizer.unpack(matrix, arrays).values()).containsExactly(1.5f, -2, Float.MIN_VALUE);
    }

    @Test
    void bfloat16_is_the_upper_half_of_a_float_with_ties_to_even_and_no_scale() {
        StoredMatrix matrix = piece(2, 3, Precision.bfloat16(), Channels.COLUMNS);
        float oneUnitUp = 1 + 1f / 128;
        List<HostTensor> arrays = pack(matrix, 1, -2, 1 + 1f / 256, oneUnitUp + 1f / 256, 1 + 1f / 255, -0f);
        assertThat(arrays).hasSize(1);
        assertThat(arrays.get(0).toArray())
                .containsExactly(0x80, 0x3f, 0x00, 0xc0, 0x80, 0x3f, 0x82, 0x3f, 0x81, 0x3f, 0x00, 0x80);
        assertThat(Quantizer.unpack(matrix, arrays).values()).containsExactly(1, -2, 1, 1 + 2f / 128, oneUnitUp, -0f);
    }

    @Test
    void weights_that_are_not_finite_in_bfloat16_are_refused() {
        for (float wrong : new float[] {Float.NaN, Float.NEGATIVE_INFINITY, Float.MAX_VALUE}) {
            assertThatThrownBy(() -> pack(piece(2, 2, Precision.bfloat16(), Channels.ROWS), 1, 1, 1, wrong))
                    .isInstanceOf(LancetException.class)
                    .hasMessage("bfloat16: x contains " + wrong
                            + " in row 1, column 1; bfloat16 stores only finite weights up to 3.39e38"
                            + "; keep it in float32");
        }
    }

    @Test
    void a_channel_of_zeros_stays_zero() {
        for (Precision precision : List.of(Precision.int8(), Precision.int4(2), Precision.nf4(2))) {
            for (Channels channels : Channels.values()) {
                StoredMatrix matrix = piece(3, 3, precision, channels);
                assertThat(Quantizer.unpack(matrix, pack(matrix, new float[9])).values())
                        .as("%s by %s", precision, channels)
                        .containsOnly(0f);
            }
        }
    }

    @Test
    void values_too_small_for_a_scale_become_zero() {
        StoredMatrix matrix = piece(2, 1, Precision.int8(), Channels.COLUMNS);
        assertThat(Quantizer.unpack(matrix, pack(matrix, Float.MIN_VALUE, -Float.MIN_VALUE))
                        .values())
                .containsExactly(0, 0);
    }

    @Test
    void weights_that_are_not_finite_cannot_be_quantised() {
        for (float wrong : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
            assertThatThrownBy(() -> pack(piece(2, 2, Precision.int4(32), Channels.COLUMNS), 1, wrong, 1, 1))
                    .isInstanceOf(LancetException.class)
                    .hasMessage("quantise: x contains " + Math.abs(wrong)
                            + " in channel 1; only finite weights can be quantised; check the model");
        }
    }

    @Test
    void a_matrix_of_another_shape_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        Quantizer.pack(piece(2, 3, Precision.int8(), Channels.COLUMNS), Matrix.of(3, 2, new float[6])))
                .withMessage("quantise: Matrix [3, 2] does not fit x of shape [2, 3]");
    }
}
