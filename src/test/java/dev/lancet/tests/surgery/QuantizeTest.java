package dev.lancet.tests.surgery;

import static dev.lancet.assertj.LancetAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.dsl.Precision;
import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.dsl.plan.StoredMatrix.Channels;
import dev.lancet.surgery.rule.QuantizeWeight;
import org.junit.jupiter.api.Test;

class QuantizeTest {

    private static final String PRODUCT = """
            x = Placeholder [-1,6]
            w = Variable [6,8]
            w.out = MatMul(x, w) : [-1,8]
            """;

    private static final String TRANSPOSED = """
            x = Placeholder [-1,8]
            w = Variable [6,8]
            w.out = MatMul(x, w) transpose_b : [-1,6]
            """;

    private static final String LOOKUP = """
            ids = Placeholder int32 [5]
            axis = Const int32 0
            w = Variable [6,8]
            w.rows = GatherV2(w, ids, axis) : [5,8]
            """;

    private static QuantizeWeight rule(Precision precision, Channels channels) {
        return new QuantizeWeight(new StoredMatrix("w", 6, 8, precision, channels));
    }

    @Test
    void bytes_by_column_scale_the_output() {
        assertThat(rule(Precision.int8(), Channels.COLUMNS)).on(PRODUCT).becomes("""
                    x = Placeholder [-1,6]
                    w = Variable uint8 [6,8]
                    w.scale = Variable [1,8]
                    w.out.codes = Bitcast(w) T=uint8 type=int8 : [6,8]
                    w.out.values = Cast(w.out.codes, ^x) SrcT=int8 : [6,8]
                    w.out.product = MatMul(x, w.out.values) : [-1,8]
                    w.out = Mul(w.out.product, w.scale) : [-1,8]
                    """);
    }

    @Test
    void bytes_by_column_scale_the_input_of_the_transposed_product() {
        assertThat(rule(Precision.int8(), Channels.COLUMNS)).on(TRANSPOSED).becomes("""
                    x = Placeholder [-1,8]
                    w = Variable uint8 [6,8]
                    w.scale = Variable [1,8]
                    w.out.codes = Bitcast(w) T=uint8 type=int8 : [6,8]
                    w.out.values = Cast(w.out.codes, ^x) SrcT=int8 : [6,8]
                    w.out.scaled = Mul(x, w.scale) : [-1,8]
                    w.out = MatMul(w.out.scaled, w.out.values) transpose_b : [-1,6]
                    """);
    }

    @Test
    void bytes_by_row_scale_the_output_of_the_transposed_product() {
        assertThat(rule(Precision.int8(), Channels.ROWS)).on(TRANSPOSED).becomes("""
                    x = Placeholder [-1,8]
                    w = Variable uint8 [6,8]
                    w.scale = Variable [6,1]
                    w.out.scale.shape = Const int32 [2] {1,-1}
                    w.out.scale = Reshape(w.scale, w.out.scale.shape) : [1,6]
                    w.out.codes = Bitcast(w) T=uint8 type=int8 : [6,8]
                    w.out.values = Cast(w.out.codes, ^x) SrcT=int8 : [6,8]
                    w.out.product = MatMul(x, w.out.values) transpose_b : [-1,6]
                    w.out = Mul(w.out.product, w.out.scale) : [-1,6]
                    """);
    }

    @Test
    void a_lookup_turns_only_the_rows_it_needs_into_floats() {
        assertThat(rule(Precision.int8(), Channels.ROWS)).on(LOOKUP).becomes("""
                    ids = Placeholder int32 [5]
                    axis = Const int32 0
                    w = Variable uint8 [6,8]
                    w.scale = Variable [6,1]
                    w.rows.rows = GatherV2(w, ids, axis) Tparams=uint8 : [5,8]
                    w.rows.scales = GatherV2(w.scale, ids, axis) : [5,1]
                    w.rows.codes = Bitcast(w.rows.rows) T=uint8 type=int8 : [5,8]
                    w.rows.values = Cast(w.rows.codes, ^ids) SrcT=int8 : [5,8]
                    w.rows = Mul(w.rows.values, w.rows.scales) : [5,8]
                    """);
    }

    @Test
    void half_bytes_are_unpacked_by_a_function_after_the_input_is_there() {
        assertThat(rule(Precision.int4(4), Channels.COLUMNS)).on(PRODUCT).becomes("""
                    x = Placeholder [-1,6]
                    w = Variable uint8 [3,8]
                    w.scale = Variable [2,8]
                    w.out.values = @int4_columns_6x8_g4(w, w.scale, ^x) : [6,8]
                    w.out = MatMul(x, w.out.values) : [-1,8]

                    function int4_columns_6x8_g4(codes uint8, scales) -> (values)
                      paddings = Const int32 [2,2] {0,1,0,0}
                      padded = Pad(codes, paddings:output) T=uint8 : [4,8]
                      low_by = Const uint8 15
                      low = BitwiseAnd(padded:output, low_by:output) T=uint8 : [4,8]
                      high_by = Const uint8 4
                      high = RightShift(padded:output, high_by:output) T=uint8 : [4,8]
                      side_shape = Const int32 [3] {4,1,8}
                      low_side = Reshape(low:z, side_shape:output) T=uint8 : [4,1,8]
                      high_side = Reshape(high:z, side_shape:output) T=uint8 : [4,1,8]
                      side_axis = Const int32 1
                      packed = ConcatV2(low_side:output, high_side:output, side_axis:output) N=2 T=uint8 : [4,2,8]
                      grouped_shape = Const int32 [3] {2,4,8}
                      grouped = Reshape(packed:output, grouped_shape:output) T=uint8 : [2,4,8]
                      shifted = Cast(grouped:output) SrcT=uint8 : [2,4,8]
                      zero = Const 8.0
                      levels = Sub(shifted:y, zero:output) : [2,4,8]
                      scales_grouped_shape = Const int32 [3] {2,1,8}
                      scales_grouped = Reshape(scales, scales_grouped_shape:output) : [2,1,8]
                      scaled = Mul(levels:z, scales_grouped:output) : [2,4,8]
                      whole_shape = Const int32 [2] {8,8}
                      whole = Reshape(scaled:z, whole_shape:output) : [8,8]
                      begin = Const int32 [2] {0,0}
                      size = Const int32 [2] {6,-1}
                      values = Slice(whole:output, begin:output, size:output) : [6,8]
                      return values = values:output
                    """);
    }

    @Test
    void scales_in_bytes_are_decoded_and_zero_points_subtracted_in_the_same_function() {
        assertThat(rule(Precision.int4(4).asymmetric().doubleQuantized(), Channels.COLUMNS))
                .on(PRODUCT)
                .becomes("""
                    x = Placeholder [-1,6]
                    w = Variable uint8 [3,8]
                    w.scale = Variable uint8 [2,8]
                    w.scale.step = Variable [2,1]
                    w.scale.mean = Variable [2,1]
                    w.zero = Variable uint8 [2,8]
                    w.out.values = @int4_asymmetric_double_quantized_columns_6x8_g4(w, w.scale, w.scale.step, w.scale.mean, w.zero, ^x) : [6,8]
                    w.out = MatMul(x, w.out.values) : [-1,8]

                    function int4_asymmetric_double_quantized_columns_6x8_g4(codes uint8, scales uint8, step, mean, zeros uint8) -> (values)
                      scale_codes = Bitcast(scales) T=uint8 type=int8 : [2,8]
                      scale_steps = Cast(scale_codes:output) SrcT=int8 : [2,8]
                      scale_distances = Mul(scale_steps:y, step) : [2,8]
                      scale_sums = AddV2(scale_distances:z, mean) : [2,8]
                      scale_least = Const 0.0
                      scale_values = Maximum(scale_sums:z, scale_least:output) : [2,8]
                      paddings = Const int32 [2,2] {0,1,0,0}
                      padded = Pad(codes, paddings:output) T=uint8 : [4,8]
                      low_by = Const uint8 15
                      low = BitwiseAnd(padded:output, low_by:output) T=uint8 : [4,8]
                      high_by = Const uint8 4
                      high = RightShift(padded:output, high_by:output) T=uint8 : [4,8]
                      side_shape = Const int32 [3] {4,1,8}
                      low_side = Reshape(low:z, side_shape:output) T=uint8 : [4,1,8]
                      high_side = Reshape(high:z, side_shape:output) T=uint8 : [4,1,8]
                      side_axis = Const int32 1
                      packed = ConcatV2(low_side:output, high_side:output, side_axis:output) N=2 T=uint8 : [4,2,8]
                      grouped_shape = Const int32 [3] {2,4,8}
                      grouped = Reshape(packed:output, grouped_shape:output) T=uint8 : [2,4,8]
                      shifted = Cast(grouped:output) SrcT=uint8 : [2,4,8]
                      zeros_grouped_shape = Const int32 [3] {2,1,8}
                      zeros_grouped = Reshape(zeros, zeros_grouped_shape:output) T=uint8 : [2,1,8]
                      zeros_shifted = Cast(zeros_grouped:output) SrcT=uint8 : [2,1,8]
                      levels = Sub(shifted:y, zeros_shifted:y) : [2,4,8]
                      scales_grouped_shape = Const int32 [3] {2,1,8}
                      scales_grouped = Reshape(scale_values:z, scales_grouped_shape:output) : [2,1,8]
                      scaled = Mul(levels:z, scales_grouped:output) : [2,4,8]
                      whole_shape = Const int32 [2] {8,8}
                      whole = Reshape(scaled:z, whole_shape:output) : [8,8]
                      begin = Const int32 [2] {0,0}
                      size = Const int32 [2] {6,-1}
                      values = Slice(whole:output, begin:output, size:output) : [6,8]
                      return values = values:output
                    """);
    }

    @Test
    void scales_in_bytes_belong_to_the_transposed_product_too() {
        assertThat(rule(Precision.nf4(2).doubleQuantized(), Channels.ROWS))
                .on(TRANSPOSED)
                .becomes("""
                    x = Placeholder [-1,8]
                    w = Variable uint8 [6,4]
                    w.scale = Variable uint8 [6,4]
                    w.scale.step = Variable [1,4]
                    w.scale.mean = Variable [1,4]
                    w.out.values = @nf4_double_quantized_rows_of_8_g2(w, w.scale, w.scale.step, w.scale.mean, ^x) : [6,8]
                    w.out = MatMul(x, w.out.values) transpose_b : [-1,6]

                    function nf4_double_quantized_rows_of_8_g2(codes uint8, scales uint8, step, mean) -> (values)
                      scale_codes = Bitcast(scales) T=uint8 type=int8 : [-1,4]
                      scale_steps = Cast(scale_codes:output) SrcT=int8 : [-1,4]
                      scale_distances = Mul(scale_steps:y, step) : [-1,4]
                      scale_sums = AddV2(scale_distances:z, mean) : [-1,4]
                      scale_least = Const 0.0
                      scale_values = Maximum(scale_sums:z, scale_least:output) : [-1,4]
                      low_by = Const uint8 15
                      low = BitwiseAnd(codes, low_by:output) T=uint8 : [-1,4]
                      high_by = Const uint8 4
                      high = RightShift(codes, high_by:output) T=uint8 : [-1,4]
                      side_shape = Const int32 [3] {-1,4,1}
                      low_side = Reshape(low:z, side_shape:output) T=uint8 : [-1,4,1]
                      high_side = Reshape(high:z, side_shape:output) T=uint8 : [-1,4,1]
                      side_axis = Const int32 2
                      packed = ConcatV2(low_side:output, high_side:output, side_axis:output) N=2 T=uint8 : [-1,4,2]
                      grouped_shape = Const int32 [3] {-1,4,2}
                      grouped = Reshape(packed:output, grouped_shape:output) T=uint8 : [-1,4,2]
                      index = Cast(grouped:output) DstT=int32 SrcT=uint8 : [-1,4,2]
                      table = Const [16] #8501941d
                      table_axis = Const int32 0
                      levels = GatherV2(table:output, index:y, table_axis:output) : [-1,4,2]
                      scales_grouped_shape = Const int32 [3] {-1,4,1}
                      scales_grouped = Reshape(scale_values:z, scales_grouped_shape:output) : [-1,4,1]
                      scaled = Mul(levels:output, scales_grouped:output) : [-1,4,2]
                      whole_shape = Const int32 [2] {-1,8}
                      whole = Reshape(scaled:z, whole_shape:output) : [-1,8]
                      return values = whole:output
                    """);
    }

    @Test
    void a_lookup_gathers_zero_points_but_uses_one_step_and_one_mean_for_all_rows() {
        assertThat(rule(Precision.int4(8).asymmetric().doubleQuantized(), Channels.ROWS))
                .on(LOOKUP)
                .becomes("""
                    ids = Placeholder int32 [5]
                    axis = Const int32 0
                    w = Variable uint8 [6,4]
                    w.scale = Variable uint8 [6,1]
                    w.scale.step = Variable [1,1]
                    w.scale.mean = Variable [1,1]
                    w.zero = Variable uint8 [6,1]
                    w.rows.rows = GatherV2(w, ids, axis) Tparams=uint8 : [5,4]
                    w.rows.scales = GatherV2(w.scale, ids, axis) Tparams=uint8 : [5,1]
                    w.rows.zeros = GatherV2(w.zero, ids, axis) Tparams=uint8 : [5,1]
                    w.rows = @int4_asymmetric_double_quantized_rows_of_8_g8(w.rows.rows, w.rows.scales, w.scale.step, w.scale.mean, w.rows.zeros, ^ids) : [5,8]

                    function int4_asymmetric_double_quantized_rows_of_8_g8(codes uint8, scales uint8, step, mean, zeros uint8) -> (values)
                      scale_codes = Bitcast(scales) T=uint8 type=int8 : [-1,1]
                      scale_steps = Cast(scale_codes:output) SrcT=int8 : [-1,1]
                      scale_distances = Mul(scale_steps:y, step) : [-1,1]
                      scale_sums = AddV2(scale_distances:z, mean) : [-1,1]
                      scale_least = Const 0.0
                      scale_values = Maximum(scale_sums:z, scale_least:output) : [-1,1]
                      low_by = Const uint8 15
                      low = BitwiseAnd(codes, low_by:output) T=uint8 : [-1,4]
                      high_by = Const uint8 4
                      high = RightShift(codes, high_by:output) T=uint8 : [-1,4]
                      side_shape = Const int32 [3] {-1,4,1}
                      low_side = Reshape(low:z, side_shape:output) T=uint8 : [-1,4,1]
                      high_side = Reshape(high:z, side_shape:output) T=uint8 : [-1,4,1]
                      side_axis = Const int32 2
                      packed = ConcatV2(low_side:output, high_side:output, side_axis:output) N=2 T=uint8 : [-1,4,2]
                      grouped_shape = Const int32 [3] {-1,1,8}
                      grouped = Reshape(packed:output, grouped_shape:output) T=uint8 : [-1,1,8]
                      shifted = Cast(grouped:output) SrcT=uint8 : [-1,1,8]
                      zeros_grouped_shape = Const int32 [3] {-1,1,1}
                      zeros_grouped = Reshape(zeros, zeros_grouped_shape:output) T=uint8 : [-1,1,1]
                      zeros_shifted = Cast(zeros_grouped:output) SrcT=uint8 : [-1,1,1]
                      levels = Sub(shifted:y, zeros_shifted:y) : [-1,1,8]
                      scales_grouped_shape = Const int32 [3] {-1,1,1}
                      scales_grouped = Reshape(scale_values:z, scales_grouped_shape:output) : [-1,1,1]
                      scaled = Mul(levels:z, scales_grouped:output) : [-1,1,8]
                      whole_shape = Const int32 [2] {-1,8}
                      whole = Reshape(scaled:z, whole_shape:output) : [-1,8]
                      return values = whole:output
                    """);
    }

    @Test
    void rows_of_a_matrix_stored_by_columns_are_not_looked_up() {
        assertThat(rule(Precision.int8(), Channels.COLUMNS))
                .on(LOOKUP)
                .declines("w.rows looks up rows of w, whose scales belong to columns;"
                        + " only a table is quantised by rows");
    }

    @Test
    void sixteen_bits_are_multiplied_with_as_they_are() {
        for (Channels channels : Channels.values()) {
            assertThat(rule(Precision.bfloat16(), channels)).on(PRODUCT).becomes("""
                    x = Placeholder [-1,6]
                    w = Variable bfloat16 [6,8]
                    w.out.in = Cast(x) DstT=bfloat16 : [-1,6]
                    w.out.product = MatMul(w.out.in, w) T=bfloat16 : [-1,8]
                    w.out = Cast(w.out.product) SrcT=bfloat16 : [-1,8]
                    """);
        }
    }

    @Test
    void sixteen_bits_are_multiplied_with_transposed_too() {
        assertThat(rule(Precision.bfloat16(), Channels.ROWS)).on(TRANSPOSED).becomes("""
                    x = Placeholder [-1,8]
                    w = Variable bfloat16 [6,8]
                    w.out.in = Cast(x) DstT=bfloat16 : [-1,8]
                    w.out.product = MatMul(w.out.in, w) T=bfloat16 transpose_b : [-1,6]
                    w.out = Cast(w.out.product) SrcT=bfloat16 : [-1,6]
                    """);
    }

    @Test
    void a_lookup_in_sixteen_bits_casts_only_its_rows_and_any_matrix_has_rows() {
        for (Channels channels : Channels.values()) {
            assertThat(rule(Precision.bfloat16(), channels)).on(LOOKUP).becomes("""
                    ids = Placeholder int32 [5]
                    axis = Const int32 0
                    w = Variable bfloat16 [6,8]
                    w.rows.rows = GatherV2(w, ids, axis) Tparams=bfloat16 : [5,8]
                    w.rows = Cast(w.rows.rows) SrcT=bfloat16 : [5,8]
                    """);
        }
    }

    @Test
    void sixteen_bits_are_declined_where_fewer_are() {
        assertThat(rule(Precision.bfloat16(), Channels.COLUMNS))
                .on(PRODUCT.replace("MatMul(x, w)", "MatMul(x, w) transpose_a")
                        .replace("[-1,6]", "[6,5]")
                        .replace("[-1,8]", "[5,8]"))
                .declines("w.out transposes its input; only x · W and x · Wᵀ are treated");
        assertThat(rule(Precision.bfloat16(), Channels.ROWS))
                .on(LOOKUP.replace("int32 0", "int32 1").replace(": [5,8]", ": [6,5]"))
                .declines("w.rows does not gather rows; only lookups along axis 0 are treated");
        assertThat(rule(Precision.bfloat16(), Channels.ROWS))
                .on(PRODUCT.replace("w = Variable", "w = Variable bfloat16")
                        .replace("x = Placeholder", "x = Placeholder bfloat16")
                        .replace("MatMul(x, w)", "MatMul(x, w) T=bfloat16"))
                .leavesAlone();
        assertThat(rule(Precision.bfloat16(), Channels.ROWS)).hasToString("store w in bfloat16");
    }

    @Test
    void floats_are_floats_already() {
        assertThatThrownBy(() -> rule(Precision.float32(), Channels.ROWS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("w: float32 is its precision already; leave the rule out");
    }
}
