package dev.lancet.tests.endtoend;

import static dev.lancet.dsl.recipe.Training.adamW;
import static dev.lancet.dsl.recipe.Training.muon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.dsl.weights.WeightsInMemory;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.text.TokenIds;
import dev.lancet.runtime.train.PassSelection;
import dev.lancet.runtime.train.Trainer;
import dev.lancet.runtime.train.log.TrainingLog;
import dev.lancet.runtime.train.state.CheckpointPolicy;
import dev.lancet.runtime.train.state.Fingerprint;
import dev.lancet.runtime.train.state.StepRange;
import dev.lancet.runtime.train.state.TrainingFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Training in float16: near to float32, and alive after gradients that overflow. */
class Float16Test {

    private static final TokenIds TEXT = TokenIds.of(TinyModel.text(4_000));
    private static final TokenIds NOTHING = TokenIds.of();
    private static final Fingerprint PRINT = new Fingerprint(Map.of("model", "half"));
    private static final Transformer MODEL = TinyModel.llama();
    private static final Plan PLAN = Plan.dense(MODEL);

    @TempDir
    Path folder;

    static Stream<Training> optimizers() {
        return Stream.of(adamW(30, 3e-3), muon(30, 0.02))
                .map(training -> training.batch(4).sequence(16).seed(3));
    }

    @ParameterizedTest
    @MethodSource("optimizers")
    void it_trains_as_float32_does(Training training) {
        List<TrainingLog.Point> wide = train(fresh(1), training).points();
        TrainingLog half = train(fresh(1), training.float16());
        assertThat(half.skipped()).isZero();
        for (int i = 0; i < wide.size(); i++) {
            TrainingLog.Point point = half.points().get(i);
            assertThat(point.loss()).isCloseTo(wide.get(i).loss(), within(0.01));
            assertThat(point.gradientNorm()).isCloseTo(wide.get(i).gradientNorm(), within(0.05));
            assertThat(point.scaled()).contains(new TrainingLog.Scaled(0x1p15, false));
        }
        assertThat(wide.get(0).scaled()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("optimizers")
    void a_step_that_overflows_changes_nothing_and_halves_the_scale(Training training) {
        Weights before = fresh(50);
        TrainingLog log = train(before, training.float16());
        int skipped = (int)
                log.points().stream().takeWhile(TrainingLog.Point::skipped).count();
        assertThat(skipped).isBetween(2, 12);
        for (int i = 0; i < skipped; i++) {
            assertThat(log.points().get(i).scaled()).contains(new TrainingLog.Scaled(Math.scalb(1.0, 15 - i), true));
        }
        assertThat(log.points().get(skipped).scaled())
                .contains(new TrainingLog.Scaled(Math.scalb(1.0, 15 - skipped), false));
        Training once = training.float16();
        Weights after = trainer(once)
                .over(new StepRange(0, skipped))
                .train(before, TEXT, NOTHING, Optional.empty())
                .weights();
        for (ArraySpec array : PLAN.arrays()) {
            assertThat(after.read(array.name()).toArray())
                    .as(array.name())
                    .isEqualTo(before.read(array.name()).toArray());
        }
    }

    @ParameterizedTest
    @Tag("slow")
    @MethodSource("optimizers")
    void a_training_that_skipped_steps_is_taken_up_where_it_was(Training training) throws IOException {
        Training half = training.float16();
        Weights whole =
                trainer(half).train(fresh(50), TEXT, NOTHING, Optional.empty()).weights();
        Trainer first = trainer(half).progress(new StopAfter(14));
        try (TrainingFolder begun = CheckpointPolicy.in(folder).every(100).open(PRINT)) {
            assertThatThrownBy(() -> first.train(fresh(50), TEXT, NOTHING, Optional.of(begun)))
                    .hasMessageContaining("interrupted");
        }
        assertThat(Files.readAllLines(folder.resolve("metrics.jsonl")).get(0))
                .contains("\"loss_scale\":32768.0,\"skipped\":true")
                .doesNotContain("gradient_norm");
        try (TrainingFolder resumed = CheckpointPolicy.resume(folder).every(100).open(PRINT)) {
            Weights parts = trainer(half)
                    .train(fresh(50), TEXT, NOTHING, Optional.of(resumed))
                    .weights();
            for (ArraySpec array : PLAN.arrays()) {
                assertThat(parts.read(array.name()).toArray())
                        .as(array.name())
                        .isEqualTo(whole.read(array.name()).toArray());
            }
        }
    }

    @Test
    void gradients_of_several_batches_are_added_up_scaled() {
        Training training = adamW(20, 3e-3).batch(4).sequence(16).seed(3);
        List<TrainingLog.Point> whole = train(fresh(1), training).points();
        List<TrainingLog.Point> parts =
                train(fresh(1), training.batch(2).accumulate(2).float16()).points();
        for (int i = 0; i < whole.size(); i++) {
            assertThat(parts.get(i).loss()).isCloseTo(whole.get(i).loss(), within(0.01));
        }
    }

    @Test
    void a_label_without_any_probability_has_a_loss() {
        Training training = adamW(3, 3e-3).batch(4).sequence(16).seed(3);
        assertThat(train(fresh(500), training).loss()).isBetween(50.0, 87.4);
    }

    @Test
    void what_overflows_at_every_scale_is_an_error() {
        Training training = adamW(40, 3e-3).batch(4).sequence(16).float16();
        assertThatThrownBy(() -> train(fresh(1e9f), training))
                .isInstanceOf(LancetException.class)
                .hasMessageContaining("at step 16 of 40");
    }

    private static TrainingLog train(Weights weights, Training training) {
        return trainer(training).train(weights, TEXT, NOTHING, Optional.empty()).log();
    }

    private static Trainer trainer(Training training) {
        return Trainer.of(MODEL, PLAN, training, PassSelection.here(training, Set.of()));
    }

    /** Fresh weights whose last norm gives so many times what it should. */
    private static Weights fresh(float times) {
        WeightsInMemory weights = new WeightsInMemory();
        try (Model model = Model.create(MODEL, PLAN, 1)) {
            for (ArraySpec array : PLAN.arrays()) {
                float[] values = model.weights().read(array.name()).floats();
                if (array.name().equals("norm.gain")) {
                    for (int i = 0; i < values.length; i++) {
                        values[i] *= times;
                    }
                }
                weights.accept(HostTensor.of(array, values));
            }
        }
        return weights;
    }
}
