package dev.lancet.dsl.weights;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against the bits that numpy.float16 gives. */
class Float16RoundingTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0000",
        "1, 3c00",
        "-2, c000",
        "0.1, 2e66",
        "65504, 7bff",
        "65519.9, 7bff",
        "65520, 7c00",
        "-Infinity, fc00",
        "NaN, 7e00",
        "2047.6, 6800",
        "0.000061035, 0400",
        "0.00006, 03ef",
        "0.00000006, 0001",
        "0.00000001, 0000",
        "1.00048828125, 3c00",
        "1.00146484375, 3c02",
    })
    void a_float_becomes_the_nearest_half(float value, String bits) {
        assertThat(String.format("%04x", Float16Rounding.bits(value))).isEqualTo(bits);
    }
}
