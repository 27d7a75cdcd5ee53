package dev.lancet.compression.quant;

import static dev.lancet.dsl.Precision.int4;
import static dev.lancet.dsl.Precision.nf4;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.compression.matrix.Matrix;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.dsl.plan.StoredMatrix.Channels;
import dev.lancet.dsl.weights.HostTensor;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Double quantization and zero points. The expected numbers come from an implementation in NumPy. */
class FourBitVariantsTest {

    private static final int ROWS = 5;
    private static final int COLUMNS = 3;

    private static final float[] WEIGHTS = {
        0.9f, -0.31f, 0.02f, -0.42f, 0.75f, 0.01f, 0.13f, 0.6f, -0.05f, 1.4f, -0.2f, 0, 0.33f, 0.71f, 0.004f
    };

    private static List<HostTensor> pack(StoredMatrix matrix, float... values) {
        return Quantizer.pack(matrix, Matrix.of(matrix.rows(), matrix.columns(), values));
    }

    private static List<HostTensor> pack(Precision precision) {
        return pack(linear(precision), WEIGHTS);
    }

    private static StoredMatrix linear(Precision precision) {
        return new StoredMatrix("x", ROWS, COLUMNS, precision, Channels.COLUMNS);
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    /** Checks what the arrays stand for, also for a table that is the transposed matrix. */
    private static void means(Precision precision, float... values) {
        assertThat(Quantizer.unpack(linear(precision), pack(precision)).values())
                .containsExactly(values);
        StoredMatrix table = new StoredMatrix("x", 3, 5, precision, Channels.ROWS);
        assertThat(Quantizer.unpack(table, pack(table, transposed(WEIGHTS))).values())
                .containsExactly(transposed(values));
    }

    private static float[] transposed(float[] values) {
        float[] turned = new float[values.length];
        for (int i = 0; i < ROWS; i++) {
            for (int j = 0; j < COLUMNS; j++) {
                turned[j * ROWS + i] = values[i * COLUMNS + j];
            }
        }
        return turned;
    }

    @Test
    void scales_of_int4_become_bytes_around_the_mean_of_their_group() {
        Precision precision = int4(4).doubleQuantized();
        List<HostTensor> arrays = pack(precision);
        assertThat(arrays).extracting(HostTensor::name).containsExactly("x", "x.scale", "x.scale.step", "x.scale.mean");
        assertThat(arrays.get(0).toArray()).isEqualTo(bytes(108, 245, 155, 249, 110, 129, 15, 15, 15));
        assertThat(arrays.get(1).toArray()).isEqualTo(bytes(124, 3, -127, -6, 127, -121));
        assertThat(arrays.get(2).floats()).containsExactly(0.00076865393f, 0.00040719908f);
        assertThat(arrays.get(3).floats()).containsExactly(0.104761906f, 0.049714286f);
        means(
                precision,
                0.8003f,
                -0.3212036f,
                0.02142857f,
                -0.40015f,
                0.74947506f,
                0.0071428567f,
                0.200075f,
                0.6424072f,
                -0.049999997f,
                1.400525f,
                -0.21413574f,
                0,
                0.33089763f,
                0.71f,
                0.0031023845f);
    }

    @Test
    void weights_in_nf4_are_rounded_with_the_scales_that_the_bytes_stand_for() {
        Precision precision = nf4(4).doubleQuantized();
        List<HostTensor> arrays = pack(precision);
        assertThat(arrays.get(0).toArray()).isEqualTo(bytes(77, 243, 156, 248, 78, 112, 15, 15, 15));
        assertThat(arrays.get(1).toArray()).isEqualTo(bytes(124, 3, -127, -6, 127, -121));
        assertThat(arrays.get(2).floats()).containsExactly(0.0053805774f, 0.0028503935f);
        assertThat(arrays.get(3).floats()).containsExactly(0.73333335f, 0.348f);
        means(
                precision,
                0.78795916f,
                -0.2959808f,
                0.022035496f,
                -0.39836726f,
                0.74947506f,
                0.008046512f,
                0.111454196f,
                0.5418381f,
                -0.050000012f,
                1.400525f,
                -0.21318172f,
                0,
                0.33089763f,
                0.71f,
                0.0031023622f);
    }

    @Test
    void asymmetric_int4_reaches_from_the_lowest_weight_to_the_highest_and_keeps_zero() {
        Precision precision = int4(4).asymmetric();
        List<HostTensor> arrays = pack(precision);
        assertThat(arrays).extracting(HostTensor::name).containsExactly("x", "x.scale", "x.zero");
        assertThat(arrays.get(0).toArray()).isEqualTo(bytes(10, 240, 223, 244, 28, 176, 15, 15, 15));
        assertThat(arrays.get(1).floats())
                .containsExactly(0.12133333f, 0.07066666f, 0.0046666665f, 0.022000002f, 0.047333334f, 0.00026666667f);
        assertThat(arrays.get(2).toArray()).isEqualTo(bytes(3, 4, 11, 0, 0, 0));
        means(
                precision,
                0.8493333f,
                -0.28266665f,
                0.018666666f,
                -0.364f,
                0.7773333f,
                0.009333333f,
                0.12133333f,
                0.5653333f,
                -0.05133333f,
                1.456f,
                -0.21199998f,
                0,
                0.33f,
                0.71f,
                0.004f);
    }

    @Test
    void a_matrix_can_have_zero_points_and_scales_in_bytes() {
        Precision precision = int4(4).asymmetric().doubleQuantized();
        List<HostTensor> arrays = pack(precision);
        assertThat(arrays)
                .extracting(HostTensor::name)
                .containsExactly("x", "x.scale", "x.scale.step", "x.scale.mean", "x.zero");
        assertThat(arrays.get(1).toArray()).isEqualTo(bytes(116, 11, -127, -6, 127, -121));
        assertThat(arrays.get(2).floats()).containsExactly(0.00047944003f, 0.00019002624f);
        assertThat(arrays.get(3).floats()).containsExactly(0.06555555f, 0.023200002f);
        assertThat(arrays.get(4).toArray()).isEqualTo(bytes(3, 4, 11, 0, 0, 0));
        means(
                precision,
                0.8481942f,
                -0.28331757f,
                0.01866667f,
                -0.3635118f,
                0.7791233f,
                0.009333335f,
                0.121170595f,
                0.56663513f,
                -0.05133334f,
                1.4540472f,
                -0.21248817f,
                0,
                0.33089766f,
                0.71f,
                0.0031023938f);
    }

    @Test
    void equal_scales_have_the_step_0() {
        List<HostTensor> arrays = pack(
                new StoredMatrix("x", 2, 3, nf4(2).doubleQuantized(), Channels.COLUMNS), 0.1f, -0.1f, 0, 0, 0.1f, 0.1f);
        assertThat(arrays.get(1).toArray()).containsOnly(0);
        assertThat(arrays.get(2).floats()).containsExactly(0);
        assertThat(arrays.get(3).floats()).containsExactly(0.1f);
    }

    @Test
    void a_scale_never_falls_below_0_and_such_a_group_becomes_zero() {
        // The mean is 0.9; a code of -127 alone would stand for a scale just below or above 0.
        StoredMatrix matrix = new StoredMatrix("x", 2, 10, nf4(2).doubleQuantized(), Channels.COLUMNS);
        float[] values = new float[20];
        for (int i = 1; i < 10; i++) {
            values[i] = 1;
        }
        values[10] = 1e-7f;
        float[] after = Quantizer.unpack(matrix, pack(matrix, values)).values();
        assertThat(after[0]).isZero();
        assertThat(after[10]).isBetween(0f, 1e-6f);
        DoubleQuantization below = new DoubleQuantization(new byte[] {-127}, new float[] {0.01f}, new float[] {1});
        assertThat(below.scales(new QuantizationLayout(new StoredMatrix("x", 2, 1, nf4(2), Channels.COLUMNS))))
                .containsExactly(0);
    }

    @Test
    void groups_of_one_sign_use_all_codes() {
        StoredMatrix matrix = new StoredMatrix("x", 4, 1, int4(4).asymmetric(), Channels.COLUMNS);
        List<HostTensor> positive = pack(matrix, 15, 1, 8, 3);
        assertThat(positive.get(2).toArray()).containsExactly(0);
        assertThat(Quantizer.unpack(matrix, positive).values()).containsExactly(15, 1, 8, 3);
        List<HostTensor> negative = pack(matrix, -15, -1, -8, -3);
        assertThat(negative.get(2).toArray()).containsExactly(15);
        assertThat(Quantizer.unpack(matrix, negative).values()).containsExactly(-15, -1, -8, -3);
    }

    @Test
    void weights_that_are_not_finite_cannot_be_quantised() {
        StoredMatrix matrix = new StoredMatrix("x", 2, 1, int4(2).asymmetric(), Channels.COLUMNS);
        assertThatThrownBy(() -> pack(matrix, 1, Float.NaN))
                .isInstanceOf(LancetException.class)
                .hasMessage("quantise: x contains NaN in channel 0; only finite weights can be quantised;"
                        + " check the model");
    }
}
