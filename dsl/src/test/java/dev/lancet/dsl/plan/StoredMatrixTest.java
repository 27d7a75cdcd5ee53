package dev.lancet.dsl.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.lancet.dsl.Precision;
import dev.lancet.dsl.plan.StoredMatrix.Channels;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** The arrays that hold a matrix, for every precision, way of channels and odd end. */
class StoredMatrixTest {

    @Property
    void floats_are_stored_as_they_are(@ForAll @IntRange(min = 1, max = 99) int m, @ForAll Channels channels) {
        assertThat(new StoredMatrix("x", m, 7, Precision.float32(), channels).arrays())
                .containsExactly(new ArraySpec("x", ArraySpec.Type.FLOAT32, List.of(m, 7)));
    }

    @Property
    void sixteen_bits_have_no_scale(@ForAll @IntRange(min = 1, max = 99) int m, @ForAll Channels channels) {
        StoredMatrix matrix = new StoredMatrix("x", m, 7, Precision.bfloat16(), channels);
        assertThat(matrix.arrays()).containsExactly(new ArraySpec("x", ArraySpec.Type.BFLOAT16, List.of(m, 7)));
        assertThat(matrix.bytes()).isEqualTo(2L * 7 * m);
    }

    @Property
    void bytes_have_a_scale_a_channel(
            @ForAll @IntRange(min = 1, max = 99) int m, @ForAll @IntRange(min = 1, max = 99) int n) {
        assertThat(new StoredMatrix("x", m, n, Precision.int8(), Channels.COLUMNS).arrays())
                .containsExactly(
                        new ArraySpec("x", ArraySpec.Type.INT8, List.of(m, n)),
                        new ArraySpec("x.scale", ArraySpec.Type.FLOAT32, List.of(1, n)));
        assertThat(new StoredMatrix("x", m, n, Precision.int8(), Channels.ROWS).arrays())
                .containsExactly(
                        new ArraySpec("x", ArraySpec.Type.INT8, List.of(m, n)),
                        new ArraySpec("x.scale", ArraySpec.Type.FLOAT32, List.of(m, 1)));
    }

    @Property
    void half_bytes_follow_the_inputs_and_the_last_byte_may_be_half_full(
            @ForAll @IntRange(min = 1, max = 99) int inputs,
            @ForAll @IntRange(min = 1, max = 99) int outputs,
            @ForAll @IntRange(min = 1, max = 40) int half,
            @ForAll boolean normal) {
        Precision precision = normal ? Precision.nf4(2 * half) : Precision.int4(2 * half);
        int pairs = inputs / 2 + inputs % 2;
        int groups = (int) Math.ceil(inputs / (2.0 * half));

        StoredMatrix linear = new StoredMatrix("x", inputs, outputs, precision, Channels.COLUMNS);
        assertThat(linear.arrays())
                .containsExactly(
                        new ArraySpec("x", ArraySpec.Type.UINT8, List.of(pairs, outputs)),
                        new ArraySpec("x.scale", ArraySpec.Type.FLOAT32, List.of(groups, outputs)));
        assertThat(linear.bytes()).isEqualTo((long) outputs * (pairs + 4 * groups));
        assertThat(new StoredMatrix("x", outputs, inputs, precision, Channels.ROWS).arrays())
                .containsExactly(
                        new ArraySpec("x", ArraySpec.Type.UINT8, List.of(outputs, pairs)),
                        new ArraySpec("x.scale", ArraySpec.Type.FLOAT32, List.of(outputs, groups)));
    }

    @Test
    void double_quantized_scales_are_bytes_with_a_step_and_a_mean_for_each_group() {
        Precision precision = Precision.nf4(4).doubleQuantized();
        StoredMatrix linear = new StoredMatrix("x", 10, 7, precision, Channels.COLUMNS);
        assertThat(linear.arrays())
                .containsExactly(
                        new ArraySpec("x", ArraySpec.Type.UINT8, List.of(5, 7)),
                        new ArraySpec("x.scale", ArraySpec.Type.INT8, List.of(3, 7)),
                        new ArraySpec("x.scale.step", ArraySpec.Type.FLOAT32, List.of(3, 1)),
                        new ArraySpec("x.scale.mean", ArraySpec.Type.FLOAT32, List.of(3, 1)));
        assertThat(linear.bytes()).isEqualTo(35 + 21 + 12 + 12);
        assertThat(new StoredMatrix("x", 7, 10, precision, Channels.ROWS).arrays())
                .containsExactly(
                        new ArraySpec("x", ArraySpec.Type.UINT8, List.of(7, 5)),
                        new ArraySpec("x.scale", ArraySpec.Type.INT8, List.of(7, 3)),
                        new ArraySpec("x.scale.step", ArraySpec.Type.FLOAT32, List.of(1, 3)),
                        new ArraySpec("x.scale.mean", ArraySpec.Type.FLOAT32, List.of(1, 3)));
    }

    @Test
    void an_asymmetric_group_has_a_zero_point_beside_its_scale() {
        StoredMatrix linear = new StoredMatrix("x", 10, 7, Precision.int4(4).asymmetric(), Channels.COLUMNS);
        assertThat(linear.arrays())
                .containsExactly(
                        new ArraySpec("x", ArraySpec.Type.UINT8, List.of(5, 7)),
                        new ArraySpec("x.scale", ArraySpec.Type.FLOAT32, List.of(3, 7)),
                        new ArraySpec("x.zero", ArraySpec.Type.UINT8, List.of(3, 7)));
        assertThat(linear.bytes()).isEqualTo(35 + 84 + 21);
        Precision both = Precision.int4(4).asymmetric().doubleQuantized();
        assertThat(new StoredMatrix("x", 7, 10, both, Channels.ROWS).arrays())
                .extracting(ArraySpec::toString)
                .containsExactly(
                        "x UINT8 [7, 5]",
                        "x.scale INT8 [7, 3]",
                        "x.scale.step FLOAT32 [1, 3]",
                        "x.scale.mean FLOAT32 [1, 3]",
                        "x.zero UINT8 [7, 3]");
    }

    @Test
    void the_text_of_a_precision_is_its_code() {
        assertThat(Precision.int4(64).doubleQuantized()).hasToString("int4(64).doubleQuantized()");
        assertThat(Precision.nf4(64).doubleQuantized()).hasToString("nf4(64).doubleQuantized()");
        assertThat(Precision.int4(32).asymmetric()).hasToString("int4(32).asymmetric()");
        assertThat(Precision.int4(32).doubleQuantized().asymmetric())
                .hasToString("int4(32).asymmetric().doubleQuantized()")
                .isEqualTo(Precision.int4(32).asymmetric().doubleQuantized());
    }

    @Test
    void a_group_is_even() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Precision.int4(3))
                .withMessage("int4: group 3; it must be even and at least 2, usually 32");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Precision.nf4(0))
                .withMessage("nf4: group 0; it must be even and at least 2, usually 32");
    }
}
