package dev.lancet.compression.quant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lancet.compression.matrix.Matrix;
import dev.lancet.compression.random.Normals;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.dsl.plan.StoredMatrix.Channels;
import dev.lancet.dsl.weights.HostTensor;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Rounding to 16 bits against IEEE 754's own words, worked out from the neighbours in float64. */
class Bfloat16RoundingTest {

    /** The largest finite bfloat16, and where its next neighbour would lie if there were one more exponent. */
    private static final double LARGEST = Float.intBitsToFloat(0x7f7f_0000);

    private static final double BEYOND = 0x1p128;

    /** The nearer of the two neighbours; of two equally near the one whose last bit is 0; past the middle of the last, infinity. */
    private static int nearest(float value) {
        int magnitude = Float.floatToRawIntBits(value) & 0x7fff_ffff;
        int sign = Float.floatToRawIntBits(value) < 0 ? 0x8000 : 0;
        int below = magnitude / 65_536;
        double exact = Math.abs((double) value);
        double low = Float.intBitsToFloat(below * 65_536);
        double high = low == LARGEST ? BEYOND : Float.intBitsToFloat((below + 1) * 65_536);
        if (exact - low == high - exact) {
            return sign + (below % 2 == 0 ? below : below + 1);
        }
        return sign + (exact - low < high - exact ? below : below + 1);
    }

    @Property(tries = 20_000)
    void every_float_goes_to_its_nearest_neighbour_and_ties_to_even(@ForAll int bits) {
        float value = Float.intBitsToFloat(bits);
        if (Float.isNaN(value)) {
            assertThat(Bfloat16Rounding.value(Bfloat16Rounding.bits(value))).isNaN();
        } else if (Float.isInfinite(value)) {
            assertThat(Bfloat16Rounding.value(Bfloat16Rounding.bits(value))).isEqualTo(value);
        } else {
            assertThat(Short.toUnsignedInt(Bfloat16Rounding.bits(value))).isEqualTo(nearest(value));
        }
    }

    @Property(tries = 5_000)
    void ties_and_their_neighbours_do_so_too(
            @ForAll @IntRange(min = 0, max = 0xffff) int upper, @ForAll @IntRange(min = -2, max = 2) int off) {
        every_float_goes_to_its_nearest_neighbour_and_ties_to_even((upper << 16) + 0x8000 + off);
    }

    @Test
    void all_65_536_bfloat16_values_round_to_themselves() {
        for (int bits = 0; bits <= 0xffff; bits++) {
            float value = Bfloat16Rounding.value((short) bits);
            int back = Short.toUnsignedInt(Bfloat16Rounding.bits(value));
            assertThat(Float.isNaN(value) ? bits | 0x40 : bits).isEqualTo(back);
        }
    }

    @Property(tries = 200)
    void packed_matrices_have_the_shape_of_the_plan_and_pack_again_to_the_same_bytes(
            @ForAll Channels channels,
            @ForAll @IntRange(min = 1, max = 40) int rows,
            @ForAll @IntRange(min = 1, max = 40) int columns,
            @ForAll long seed) {
        StoredMatrix matrix = new StoredMatrix("x", rows, columns, Precision.bfloat16(), channels);
        float[] values = new Normals(seed, "property").floats(rows * columns, 3);
        List<HostTensor> once = Quantizer.pack(matrix, Matrix.of(rows, columns, values));
        assertThat(once).extracting(HostTensor::spec).isEqualTo(matrix.arrays());
        Matrix after = Quantizer.unpack(matrix, once);
        assertThat(Quantizer.pack(matrix, after)).isEqualTo(once);
        for (int i = 0; i < values.length; i++) {
            assertThat(Math.abs((double) after.values()[i] - values[i]))
                    .isLessThanOrEqualTo(Math.abs(values[i]) / 256.0);
        }
    }
}
