package dev.lancet.dsl.recipe;

import static dev.lancet.Lancet.adamW;
import static dev.lancet.Lancet.constant;
import static dev.lancet.Lancet.corpus;
import static dev.lancet.Lancet.cosine;
import static dev.lancet.Lancet.embedding;
import static dev.lancet.Lancet.everything;
import static dev.lancet.Lancet.linear;
import static dev.lancet.Lancet.linears;
import static dev.lancet.Lancet.muon;
import static dev.lancet.Lancet.norms;
import static dev.lancet.Lancet.wsd;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Role;
import dev.lancet.dsl.Weight;
import java.util.List;
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
    void a_rate_may_fall_along_a_line_or_late_or_not_at_all() {
        Training linear = adamW(101, 1).warmup(0).schedule(linear().floor(0.5));
        assertThat(linear.rateAt(0)).isEqualTo(1);
        assertThat(linear.rateAt(50)).isCloseTo(0.75, within(1e-12));
        assertThat(linear.rateAt(100)).isCloseTo(0.5, within(1e-12));

        Training late = adamW(111, 2).warmup(10).schedule(wsd(0.2).floor(0));
        assertThat(late.rateAt(0)).isCloseTo(0.2, within(1e-12));
        assertThat(IntStream.rangeClosed(10, 90)).allMatch(step -> late.rateAt(step) == 2);
        assertThat(late.rateAt(100)).isCloseTo(1, within(1e-12));
        assertThat(late.rateAt(110)).isCloseTo(0, within(1e-12));

        Training level = adamW(50, 3).warmup(5).schedule(constant());
        assertThat(level.rateAt(0)).isCloseTo(0.6, within(1e-12));
        assertThat(IntStream.range(5, 50)).allMatch(step -> level.rateAt(step) == 3);

        Training bend = adamW(101, 1).warmup(0).schedule(cosine().fall(0.5).floor(0));
        assertThat(bend.rateAt(50)).isEqualTo(1);
        assertThat(bend.rateAt(75)).isCloseTo(0.5, within(1e-12));
    }

    @Test
    void the_last_group_that_selects_a_weight_applies() {
        Training training = adamW(10, 1)
                .weightDecay(0.2)
                .rateTimes(everything(), 2)
                .rateTimes(embedding(), 5)
                .noDecay(embedding())
                .decay(norms(), 0.01);
        Weight table = new Weight("embedding", Role.EMBEDDING, -1, 8, 4);
        Weight query = new Weight("h.0.attn.q", Role.QUERY, 0, 4, 4);
        Weight gain = new Weight("norm.gain", Role.NORM, -1, 1, 4);
        Weight bias = new Weight("norm.bias", Role.BIAS, -1, 1, 4);

        assertThat(Stream.of(table, query, gain, bias).map(training::timesFor)).containsExactly(5.0, 2.0, 1.0, 1.0);
        assertThat(Stream.of(table, query, gain, bias).map(training::decayFor)).containsExactly(0.0, 0.2, 0.01, 0.0);
        assertThat(training.decayProduct(everything(), 0.3).decaysProduct(query))
                .isTrue();
        assertThat(training.decayProduct(everything(), 0.3).decayFor(query)).isEqualTo(0.3);
        assertThat(training.decayProduct(everything(), 0.3).noDecay(embedding()).decaysProduct(table))
                .isFalse();
        training.check("mini", List.of(table, gain));
        assertThatThrownBy(() -> training.check("mini", List.of(query, table)))
                .isInstanceOf(LancetException.class)
                .hasMessage("training: decay(norms(), 0.01) selects nothing in mini; select weights that the"
                        + " model has");
    }

    @Test
    void muon_moves_the_matrices_and_adam_the_others_under_the_same_schedule() {
        Training training = muon(100, 0.02).adam(1e-3).rateTimes(embedding(), 4);
        Weight table = new Weight("embedding", Role.EMBEDDING, -1, 8, 4);
        Weight query = new Weight("h.0.attn.q", Role.QUERY, 0, 4, 4);
        Weight head = new Weight("head", Role.HEAD, -1, 4, 8);
        Weight gain = new Weight("norm.gain", Role.NORM, -1, 1, 4);

        assertThat(Stream.of(table, query, head, gain).map(weight -> training.rateAt(5) * training.timesFor(weight)))
                .usingElementComparator((a, b) -> Math.abs(a - b) < 1e-12 ? 0 : 1)
                .containsExactly(4e-3, 0.02, 1e-3, 1e-3);
        assertThat(Stream.of(table, query, head, gain).map(training.optimizer()::orthogonalises))
                .containsExactly(false, true, false, false);
        assertThat(Stream.of(table, query, head, gain).map(training::decayFor)).containsExactly(0.0, 0.1, 0.0, 0.0);
        assertThat(training).hasToString("muon(100, 0.02).adam(0.001).rateTimes(embedding(), 4.0).seed(42)");
        assertThat(muon(100, 0.02).weightDecay(0.2)).hasToString("muon(100, 0.02).weightDecay(0.2).seed(42)");
        assertThat(muon(100, 0.02)).hasToString("muon(100, 0.02).seed(42)");
    }

    @Test
    void a_single_step_has_a_rate() {
        assertThat(adamW(1, 1e-2).rateAt(0)).isCloseTo(1e-3, within(1e-15));
        assertThat(adamW(4, 1e-2).warmup(4).rateAt(3)).isCloseTo(1e-2, within(1e-15));
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                mistake(() -> adamW(0, 1), "steps: 0; at least 1 is needed"),
                mistake(() -> adamW(1, 0), "adamW: rate 0.0; it must be positive, for example 1e-3"),
                mistake(() -> adamW(1, 1).weightDecay(-1), "adamW: weight decay -1.0; it must not be negative"),
                mistake(() -> adamW(1, 1).batch(0), "batch: 0; at least 1 is needed"),
                mistake(() -> adamW(1, 1).sequence(1), "sequence: 1; at least 2 tokens are needed"),
                mistake(() -> adamW(5, 1).warmup(6), "warmup: 6; it must lie between 0 and the 5 steps"),
                mistake(
                        () -> adamW(1, 1).floor(2),
                        "floor: 2.0; it must be a share of the highest rate," + " between 0 and 1"),
                mistake(
                        () -> adamW(1, 1).adam(2),
                        "adam: 2.0 is a second rate, but adamW has only one; give some weights a multiple with"
                                + " rateTimes(embedding(), 3)"),
                mistake(() -> muon(1, -1), "muon: rate -1.0; it must be positive, for example 0.02"),
                mistake(
                        () -> adamW(1, 1).schedule(wsd(0)),
                        "fall: 0.0; it must be a share of the steps, greater than 0 and at most 1"),
                mistake(
                        () -> adamW(1, 1).schedule(constant()).floor(0.1),
                        "schedule: a constant rate has no fall or floor; begin with linear() or cosine()"),
                mistake(
                        () -> adamW(1, 1).rateTimes(embedding(), 0),
                        "rate: 0.0 times for embedding(); it must be positive"),
                mistake(
                        () -> adamW(1, 1).decay(embedding(), -0.5),
                        "decay: -0.5 for embedding(); it must not be negative"),
                mistake(() -> adamW(1, 1).clip(-1), "clip: -1.0; it must be positive, or 0 for no limit"),
                mistake(() -> adamW(1, 1).stopEarly(0), "stopEarly: 0 validations; at least 1 is needed"),
                mistake(() -> adamW(1, 1).stopEarly(1, -1), "stopEarly: improvement -1.0; it must not be negative"),
                mistake(
                        () -> new Stage("dense", corpus("x"), adamW(1, 1).stopEarly(3)),
                        "stopEarly: 3 needs validations before the end; add validateEvery(50)"),
                mistake(
                        () -> adamW(1, 1).stopDiverging(0, 9),
                        "stopDiverging: margin 0.0; it must be positive, for example 1 nat per token"),
                mistake(() -> adamW(1, 1).stopDiverging(1, 0), "stopDiverging: 0 steps; at least 1 is needed"),
                mistake(
                        () -> adamW(1, 1).validateEvery(-1),
                        "validateEvery: -1; it must be positive, or 0 to validate only at the end"));
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
    void the_text_omits_the_defaults() {
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
        assertThat(adamW(400, 1e-3).stopEarly(3).validateEvery(50).stopDiverging(1, 40))
                .hasToString("adamW(400, 0.001).validateEvery(50).stopEarly(3).stopDiverging(1.0, 40).seed(42)");
        assertThat(adamW(400, 1e-3).validateEvery(50).stopEarly(3, 0.01))
                .hasToString("adamW(400, 0.001).validateEvery(50).stopEarly(3, 0.01).seed(42)");
        assertThat(adamW(400, 1e-3)
                        .schedule(wsd(0.2).floor(0))
                        .rateTimes(embedding(), 3)
                        .noDecay(embedding())
                        .decayProduct(linears(), 0.1))
                .hasToString("adamW(400, 0.001).schedule(wsd(0.2).floor(0.0)).rateTimes(embedding(), 3.0)"
                        + ".noDecay(embedding()).decayProduct(linears(), 0.1).seed(42)");
        assertThat(Stream.of(linear(), linear().floor(0), constant(), cosine().fall(0.3), cosine().floor(1)))
                .extracting(Schedule::toString)
                .containsExactly(
                        "linear()", "linear().floor(0.0)", "constant()", "cosine().fall(0.3)", "cosine().floor(1.0)");
    }
}
