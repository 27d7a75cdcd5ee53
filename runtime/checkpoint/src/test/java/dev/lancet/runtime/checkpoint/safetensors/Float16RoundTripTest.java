package dev.lancet.runtime.checkpoint.safetensors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lancet.dsl.weights.Float16Rounding;
import org.junit.jupiter.api.Test;

/** Rounding against reading, for all binary16. */
class Float16RoundTripTest {

    @Test
    void every_float16_is_itself() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            float value = HalfFloats.half((short) bits);
            if (Float.isFinite(value)) {
                assertThat(Float16Rounding.bits(value)).isEqualTo((short) bits);
            }
        }
    }

    @Test
    void between_two_of_them_the_nearer_one_is_taken_and_the_even_one_in_the_middle() {
        for (int bits = 0; bits < 0x7bff; bits++) {
            float low = HalfFloats.half((short) bits);
            float high = HalfFloats.half((short) (bits + 1));
            float middle = (low + high) / 2;
            assertThat(Float16Rounding.bits(middle)).isEqualTo((short) (bits % 2 == 0 ? bits : bits + 1));
            assertThat(Float16Rounding.bits(Math.nextDown(middle))).isEqualTo((short) bits);
            assertThat(Float16Rounding.bits(-Math.nextUp(middle))).isEqualTo((short) (bits + 1 | 0x8000));
        }
    }

    @Test
    void beyond_the_largest_it_is_infinite() {
        assertThat(Float16Rounding.bits(65_519.996f)).isEqualTo((short) 0x7bff);
        assertThat(Float16Rounding.bits(65_520f)).isEqualTo((short) 0x7c00);
        assertThat(Float16Rounding.bits(-1e30f)).isEqualTo((short) 0xfc00);
        assertThat(Float16Rounding.bits(1e-10f)).isZero();
    }
}
