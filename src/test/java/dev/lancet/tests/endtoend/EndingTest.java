package dev.lancet.tests.endtoend;

import static dev.lancet.Lancet.adamW;
import static dev.lancet.Lancet.constant;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.text.TokenIds;
import dev.lancet.runtime.train.PassSelection;
import dev.lancet.runtime.train.Trainer;
import dev.lancet.runtime.train.TrainingStoppedException;
import dev.lancet.runtime.train.log.TrainingLog;
import dev.lancet.runtime.train.state.CheckpointPolicy;
import dev.lancet.runtime.train.state.Fingerprint;
import dev.lancet.runtime.train.state.TrainingFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What ends a training before its last step, and what is kept then. */
class EndingTest {

    /** A short text that is learnt by heart: what is held out is another walk, and gets worse by it. */
    private static final TokenIds LITTLE = TokenIds.of(TinyModel.text(140));

    private static final TokenIds HELD = TokenIds.of(other(400));
    private static final Plan PLAN = Plan.dense(TinyModel.llama());
    private static final Training HEART = adamW(300, 5e-3)
            .batch(4)
            .sequence(16)
            .schedule(constant())
            .validateEvery(10)
            .stopEarly(3);

    private static Trainer.Outcome whole;

    @TempDir
    Path folder;

    @BeforeAll
    static void train() {
        whole = trainer(HEART).train(fresh(), LITTLE, HELD, Optional.empty());
    }

    private static int[] other(int length) {
        int[] ids = new int[length];
        for (int i = 1; i < length; i++) {
            ids[i] = (ids[i - 1] * 5 + i % 3 * 11 + 1) % 48;
        }
        return ids;
    }

    private static Trainer trainer(Training training) {
        return Trainer.of(TinyModel.llama(), PLAN, training, PassSelection.here(training, Set.of()));
    }

    private static Weights fresh() {
        return Model.create(TinyModel.llama(), PLAN, 1).weights();
    }

    private static Fingerprint print(Training training) {
        return new Fingerprint(Map.of("training", training.toString()));
    }

    private Trainer.Outcome train(Trainer trainer, Training training, CheckpointPolicy checkpoints) {
        try (TrainingFolder opened = checkpoints.open(print(training))) {
            return trainer.train(fresh(), LITTLE, HELD, Optional.of(opened));
        }
    }

    private static double loss(Weights weights) {
        // The loss of the first step is that of the weights that it begins with, over the one batch that is asked for.
        Training look = adamW(1, 1e-9).batch(4).sequence(16).validateEvery(1).warmup(0);
        return trainer(look)
                .train(weights, LITTLE, HELD, Optional.empty())
                .log()
                .validationLoss()
                .orElseThrow();
    }

    private static boolean same(Weights one, Weights two) {
        return one.arrays().stream()
                .map(ArraySpec::name)
                .allMatch(name -> one.read(name).bytes().equals(two.read(name).bytes()));
    }

    @Test
    void validations_that_do_not_improve_end_it_with_the_weights_of_the_best() {
        TrainingLog log = whole.log();
        TrainingLog.Validation best = log.validations().stream()
                .min(Comparator.comparingDouble(TrainingLog.Validation::loss))
                .orElseThrow();
        assertThat(log.steps()).isEqualTo(best.step() + 30).isLessThan(300);
        assertThat(log.best()).hasValue(best);
        assertThat(log.validationLoss()).hasValue(best.loss());
        assertThat(loss(whole.weights())).isCloseTo(best.loss(), within(1e-5));
        assertThat(log.validations().get(log.validations().size() - 1).loss()).isGreaterThan(best.loss() + 0.01);
        assertThat(log.ending())
                .isEqualTo("stopped after step " + log.steps() + " with the weights of step " + best.step()
                        + ", the best validation");
        Training all = HEART.stopEarly(300);
        assertThat(trainer(all)
                        .train(fresh(), LITTLE, HELD, Optional.empty())
                        .log()
                        .steps())
                .isEqualTo(300);
    }

    @Test
    void improvements_that_are_too_small_do_not_count() {
        TrainingLog log = trainer(HEART.stopEarly(3, 2.0))
                .train(fresh(), LITTLE, HELD, Optional.empty())
                .log();
        assertThat(log.steps()).isEqualTo(40).isLessThan(whole.log().steps());
        assertThat(log.best().orElseThrow().step()).isGreaterThan(10);
    }

    @Test
    @Tag("slow")
    void it_ends_at_the_same_step_with_the_same_weights_where_it_was_cut_off_on_the_way() throws IOException {
        int best = whole.log().best().orElseThrow().step();
        endsAlike(best, whole.log().steps() - 1);
    }

    @Test
    @Tag("slow")
    void it_ends_so_where_it_was_cut_off_beside_the_best_step() throws IOException {
        int best = whole.log().best().orElseThrow().step();
        endsAlike(best - 1, best + 3);
    }

    private void endsAlike(int... cuts) throws IOException {
        int best = whole.log().best().orElseThrow().step();
        int end = whole.log().steps();
        for (int cut : cuts) {
            Path here = folder.resolve("cut-" + cut);
            assertThatThrownBy(() -> train(
                            trainer(HEART).progress(new StopAfter(cut)),
                            HEART,
                            CheckpointPolicy.in(here).every(7)))
                    .isInstanceOf(TrainingStoppedException.class);
            Trainer.Outcome resumed =
                    train(trainer(HEART), HEART, CheckpointPolicy.resume(here).every(7));
            assertThat(resumed.log().best()).isEqualTo(whole.log().best());
            assertThat(resumed.log().validations()).isEqualTo(whole.log().validations());
            assertThat(resumed.log().steps()).isEqualTo(end);
            assertThat(same(resumed.weights(), whole.weights())).isTrue();
            assertThat(states(here)).contains(best, end).hasSizeLessThanOrEqualTo(3);
            assertThat(here.resolve("metrics.jsonl"))
                    .content()
                    .endsWith("{\"step\":" + end + ",\"stopped\":\"early, because step " + best + " was the best\"}\n");
            // Once more, when all is done: the same again.
            Trainer.Outcome again = train(trainer(HEART), HEART, CheckpointPolicy.resume(here));
            assertThat(same(again.weights(), whole.weights())).isTrue();
        }
    }

    @Test
    void an_early_end_without_validations_is_refused() {
        Training blind = adamW(20, 1e-3).batch(4).sequence(16).stopEarly(3);
        assertThatThrownBy(() -> trainer(blind))
                .hasMessage("stopEarly: 3 needs validations before the end; add validateEvery(50)");
        assertThatThrownBy(() -> trainer(HEART).train(fresh(), LITTLE, TokenIds.of(1, 2), Optional.empty()))
                .isInstanceOf(LancetException.class)
                .hasMessage("stopEarly: 2 tokens are held out, which is less than a batch of 64;"
                        + " hold out more, or leave stopEarly out");
    }

    @Test
    void a_training_that_blows_up_keeps_a_state_that_is_good_and_goes_on_from_it_with_a_lower_rate()
            throws IOException {
        Training wild =
                adamW(200, 1e6).batch(4).sequence(16).warmup(120).clip(0).validateEvery(0);
        Path here = folder.resolve("wild");
        List<Integer> failed = new ArrayList<>();
        assertThatThrownBy(() ->
                        train(trainer(wild), wild, CheckpointPolicy.in(here).every(1)))
                .isInstanceOf(LancetException.class)
                .hasMessageMatching(
                        "loss: .* with gradient norm .* at step \\d+ of 200; lower the rate 1000000.0, warm up"
                                + " longer or clip harder; the state after step \\d+ \\(loss .*\\) is kept; to"
                                + " continue from it"
                                + " with a changed recipe, use another folder and --from .*wild")
                .satisfies(thrown -> {
                    String message = thrown.getMessage();
                    failed.add(Integer.valueOf(message.replaceAll(".* at step (\\d+) of.*", "$1")));
                    failed.add(Integer.valueOf(message.replaceAll(".* after step (\\d+) .*", "$1")));
                });
        // The state after the step before gave the loss that is no number; the one before that gave a loss.
        assertThat(failed.get(1)).isEqualTo(failed.get(0) - 2);
        assertThat(states(here)).containsExactly(failed.get(1));
        assertThat(here.resolve("metrics.jsonl")).content().contains("\"stopped\":\"loss: ");

        Training tame = adamW(40, 1e-3).batch(4).sequence(16);
        Path there = folder.resolve("tame");
        Trainer.Outcome outcome =
                train(trainer(tame), tame, CheckpointPolicy.in(there).from(here));
        assertThat(outcome.log().points()).hasSize(40);
        assertThat(outcome.log().points().get(failed.get(1)).step()).isEqualTo(failed.get(1) + 1);
        assertThat(outcome.log().points().get(failed.get(1) - 1).rate()).isGreaterThan(1e3);
        assertThat(outcome.log().points().get(failed.get(1)).rate()).isLessThan(1e-3 + 1e-12);
        assertThatThrownBy(() -> train(trainer(tame), tame, CheckpointPolicy.resume(here)))
                .hasMessageContaining("belongs to another training: training '");
    }

    @Test
    void a_loss_that_stays_far_above_its_lowest_ends_it_and_the_state_before_is_kept() throws IOException {
        // The rate rises along its warm-up until it is far too high.
        Training risky =
                adamW(400, 3.0).batch(4).sequence(16).warmup(400).clip(0).stopDiverging(1.0, 20);
        Path here = folder.resolve("risky");
        assertThatThrownBy(() ->
                        train(trainer(risky), risky, CheckpointPolicy.in(here).every(5)))
                .isInstanceOf(LancetException.class)
                .hasMessageMatching("loss: its running mean is .* and was more than 1.0 above its lowest, .* after step"
                        + " \\d+, for 20 steps at step \\d+ of 400; lower the rate 3.0, .* the state after step \\d+"
                        + " \\(loss .*\\) is kept; .*")
                .satisfies(thrown -> {
                    int failed = Integer.parseInt(thrown.getMessage().replaceAll(".* at step (\\d+) of.*", "$1"));
                    int kept = Integer.parseInt(thrown.getMessage().replaceAll(".* state after step (\\d+) .*", "$1"));
                    assertThat(kept).isBetween(failed - 26, failed - 20);
                    assertThat(states(here)).containsExactly(kept);
                });
        Training calm = adamW(60, 3e-3).batch(4).sequence(16).stopDiverging(1.0, 20);
        assertThat(trainer(calm)
                        .train(fresh(), LITTLE, HELD, Optional.empty())
                        .log()
                        .steps())
                .isEqualTo(60);
    }

    private static List<Integer> states(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith("state-"))
                    .map(name -> Integer.valueOf(name.replaceAll("\\D", "")))
                    .sorted()
                    .toList();
        }
    }
}
