package dev.lancet.dsl.recipe;

import static dev.lancet.Lancet.adamW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TrainingTest {

    @Test
    void the_rate_rises_along_a_line_and_falls_along_a_cosine_to_the_floor() {
        Training training = adamW(101, 1e-2).warmup(10).floor(0.2);

        assertThat(training.rateAt(0)).isCloseTo(1e-3, within(1e-15));
        assertThat(training.rateAt(9)).isCloseTo(1e-2, within(1e-15));
        assertThat(training.rateAt(10)).isCloseTo(1e-2, within(1e-15));
        assertThat(training.rateAt(55)).isCloseTo(0.6e-2, within(1e-15));
        assertThat(training.rateAt(100)).isCloseTo(0.2e-2, within(1e-15));
        assertThat(IntStream.range(10, 100)).allMatch(step -> training.rateAt(step + 1) < training.rateAt(step));
    }

    @Test
    void a_single_step_has_a_rate() {
        assertThat(adamW(1, 1e-2).rateAt(0)).isCloseTo(1e-3, within(1e-15));
        assertThat(adamW(4, 1e-2).warmup(4).rateAt(3)).isCloseTo(1e-2, within(1e-15));
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                mistake(() -> adamW(0, 1), "steps: 0; at least 1 is needed"),
                mistake(() -> adamW(1, 0), "adamW: rate 0.0; it must be positive, say 1e-3"),
                mistake(() -> adamW(1, 1).weightDecay(-1), "adamW: weight decay -1.0; it must not be negative"),
                mistake(() -> adamW(1, 1).batch(0), "batch: 0; at least 1 is needed"),
                mistake(() -> adamW(1, 1).sequence(1), "sequence: 1; at least 2 tokens are needed"),
                mistake(() -> adamW(5, 1).warmup(6), "warmup: 6; it must lie between 0 and the 5 steps"),
                mistake(() -> adamW(1, 1).floor(2), "floor: 2.0; it is a share of the highest rate, between 0 and 1"),
                mistake(() -> adamW(1, 1).clip(-1), "clip: -1.0; it must be positive, or 0 for no limit"),
                mistake(
                        () -> adamW(1, 1).validateEvery(-1),
                        "validateEvery: -1; it must be positive, or 0 for the end only"));
    }

    private static Arguments mistake(ThrowingCallable training, String message) {
        return Arguments.of(training, message);
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void what_does_not_fit_is_named(ThrowingCallable training, String message) {
        assertThatIllegalArgumentException().isThrownBy(training).withMessage(message);
    }

    @Test
    void the_text_says_what_is_not_usual() {
        assertThat(adamW(400, 1e-3)).hasToString("adamW(400, 0.001).seed(42)");
        assertThat(adamW(400, 1e-3)
                        .weightDecay(0)
                        .batch(4)
                        .sequence(64)
                        .warmup(3)
                        .floor(0)
                        .clip(2)
                        .validateEvery(50)
                        .seed(7))
                .hasToString("adamW(400, 0.001).weightDecay(0.0).batch(4).sequence(64).warmup(3).floor(0.0).clip(2.0)"
                        + ".validateEvery(50).seed(7)");
    }
}
