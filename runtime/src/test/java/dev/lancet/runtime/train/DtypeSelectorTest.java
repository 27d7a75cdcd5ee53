package dev.lancet.runtime.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.compression.FreshWeights;
import dev.lancet.dsl.Attention;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.FeedForward;
import dev.lancet.dsl.Rank;
import dev.lancet.dsl.Selector;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.recipe.Arithmetic;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.io.Progress;
import dev.lancet.runtime.text.TokenIds;
import dev.lancet.runtime.train.log.TrainingLog;
import dev.lancet.runtime.train.state.CheckpointPolicy;
import dev.lancet.runtime.train.state.Fingerprint;
import dev.lancet.runtime.train.state.StepRange;
import dev.lancet.runtime.train.state.TrainingFolder;
import dev.lancet.surgery.pass.Pass;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A training that leaves it to the machine in which numbers it multiplies matrices. */
class DtypeSelectorTest {

    private static final Transformer MODEL = Transformer.decoder("timed")
            .vocabulary(32)
            .context(16)
            .width(16)
            .layers(1)
            .attention(Attention.heads(2))
            .feedForward(FeedForward.swiglu(24))
            .build();
    private static final Plan PLAN = Plan.dense(MODEL);
    private static final Training TRAINING =
            Training.muon(6, 1e-2).batch(2).sequence(16).fastest();
    private static final TokenIds TEXT =
            TokenIds.of(new Random(1).ints(400, 0, 32).toArray());

    @TempDir
    Path folder;

    private final List<String> titles = new ArrayList<>();

    @Test
    void the_losses_are_those_of_a_training_that_asks_for_the_chosen_numbers() {
        for (Training training : List.of(TRAINING, TRAINING.accumulate(2), TRAINING.checkpointing())) {
            titles.clear();
            Trainer.Rehearsal rehearsal = trainer(PLAN, training).rehearse(fresh(PLAN), TEXT);

            DtypeChoice choice = rehearsal.selection().choice().orElseThrow();
            DtypeTiming timing = choice.timing().orElseThrow();
            assertThat(timing.float32()).isPositive().isFinite();
            assertThat(timing.bfloat16()).isPositive().isFinite();
            assertThat(titles).containsExactly("time a step of timed", "train timed (" + choice + ")");
            assertThat(losses(rehearsal.log())).isEqualTo(losses(asked(PLAN, training, choice.chosen())));
        }
    }

    @Test
    void a_step_that_xla_compiles_is_timed_as_well() {
        PassSelection compiled = PassSelection.here(TRAINING, Set.of());
        Trainer.Rehearsal rehearsal = trainer(PLAN, TRAINING, compiled).rehearse(fresh(PLAN), TEXT);

        DtypeChoice choice = rehearsal.selection().choice().orElseThrow();
        Training asked = TRAINING.execution(TRAINING.execution().arithmetic(choice.chosen()));
        assertThat(losses(rehearsal.log()))
                .isEqualTo(losses(trainer(PLAN, asked, PassSelection.here(asked, Set.of()))
                        .rehearse(fresh(PLAN), TEXT)
                        .log()));
    }

    @ParameterizedTest
    @EnumSource(
            value = Arithmetic.class,
            names = {"FLOAT32", "BFLOAT16"})
    void a_session_that_was_timed_is_as_if_it_had_not_been(Arithmetic arithmetic) {
        Plan narrow =
                Plan.of(MODEL, Compression.keepAll().on(Selector.linears()).factorise(Rank.ratio(0.5)));
        Training guided = TRAINING.selfGuided(0.5);
        PassSelection selection = passes(guided).in(DtypeChoice.resumed(arithmetic));
        List<Double> losses;
        try (StepTimer timer = new StepTimer(() -> session(narrow, guided, selection), 0, 5)) {
            timer.measure();
            timer.measure();
            try (DeclaredSession session = timer.take()) {
                losses = losses(new TrainingLoop(
                                session,
                                guided,
                                StepRange.all(guided),
                                Optional.empty(),
                                TrainingProbes.on(selection.place()))
                        .run(Progress.silent(), ""));
            }
        }
        assertThat(losses).isEqualTo(losses(asked(narrow, guided, arithmetic)));
    }

    @ParameterizedTest
    @EnumSource(
            value = Arithmetic.class,
            names = {"FLOAT32", "BFLOAT16"})
    void a_resumed_training_goes_on_in_the_numbers_that_it_began_with(Arithmetic arithmetic) {
        Trainer stopped = trainer(PLAN, TRAINING, passes(TRAINING).in(DtypeChoice.resumed(arithmetic)));
        try (TrainingFolder kept = CheckpointPolicy.in(folder).every(2).open(fingerprint())) {
            kept.trainsIn(arithmetic);
            stopped.over(new StepRange(0, 4)).train(fresh(PLAN), TEXT, TokenIds.of(), Optional.of(kept));
        }
        titles.clear();
        try (TrainingFolder kept = CheckpointPolicy.resume(folder).open(fingerprint())) {
            TrainingLog log = trainer(PLAN, TRAINING)
                    .train(fresh(PLAN), TEXT, TokenIds.of(), Optional.of(kept))
                    .log();

            assertThat(losses(log)).isEqualTo(losses(asked(PLAN, TRAINING, arithmetic)));
        }
        String name = arithmetic == Arithmetic.FLOAT32 ? "float32" : "bfloat16";
        assertThat(titles).containsExactly("train timed (training in " + name + ", as before)");
    }

    @Test
    void the_choice_is_kept_with_the_states() {
        try (TrainingFolder kept = CheckpointPolicy.in(folder).open(fingerprint())) {
            trainer(PLAN, TRAINING).train(fresh(PLAN), TEXT, TokenIds.of(), Optional.of(kept));
        }
        try (TrainingFolder kept = CheckpointPolicy.resume(folder).open(fingerprint())) {
            Arithmetic chosen = kept.begunIn().orElseThrow();
            assertThat(titles)
                    .last()
                    .asString()
                    .endsWith("training in " + chosen.name().toLowerCase(Locale.ROOT) + ")");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "250.4  | 152.3  | bfloat16: 152 ms a step, float32: 250 ms; training in bfloat16",
                "152.3  | 250.4  | bfloat16: 250 ms a step, float32: 152 ms; training in float32",
                "1690.2 | 980.1  | bfloat16: 980 ms a step, float32: 1,690 ms; training in bfloat16",
                "100.0  | 98.0   | bfloat16: 98 ms a step, float32: 100 ms; training in float32",
                "2.55   | 1.25   | bfloat16: 1.3 ms a step, float32: 2.6 ms; training in bfloat16",
            })
    void both_times_are_told_and_float32_is_given_up_only_for_a_gain(double float32, double bfloat16, String told) {
        assertThat(DtypeChoice.of(new DtypeTiming(float32, bfloat16))).hasToString(told);
    }

    @Test
    void the_choice_is_between_float32_and_bfloat16() {
        assertThatThrownBy(() -> DtypeChoice.resumed(Arithmetic.FLOAT16))
                .hasMessage("dtype: FLOAT16; the choice is between float32 and bfloat16");
    }

    @Test
    void a_pass_that_only_bfloat16_has_can_be_left_out() {
        PassSelection open = PassSelection.here(TRAINING, Set.of(Pass.WIDE_SUMS));
        assertThat(open.in(DtypeChoice.resumed(Arithmetic.BFLOAT16)).passes().chosen())
                .contains(Pass.MIXED_PRECISION)
                .doesNotContain(Pass.WIDE_SUMS);
        assertThat(open.in(DtypeChoice.resumed(Arithmetic.FLOAT32)))
                .extracting(PassSelection::passes)
                .isEqualTo(PassSelection.here(TRAINING, Set.of()).passes());
        assertThatThrownBy(() -> PassSelection.here(TRAINING, Set.of(Pass.HALF_PRECISION)))
                .hasMessageContaining("it does not run here anyway");
    }

    private Trainer trainer(Plan plan, Training training) {
        return trainer(plan, training, passes(training));
    }

    /** Not compiled, for it takes XLA longer to compile so small a step than it takes to train. */
    private static PassSelection passes(Training training) {
        return PassSelection.here(training, Set.of(Pass.COMPILED));
    }

    private Trainer trainer(Plan plan, Training training, PassSelection selection) {
        return Trainer.of(MODEL, plan, training, selection).progress((what, steps) -> {
            titles.add(what);
            return Progress.silent().begin(what, steps);
        });
    }

    private static TrainingLog asked(Plan plan, Training training, Arithmetic arithmetic) {
        Training asked = training.execution(training.execution().arithmetic(arithmetic));
        return Trainer.of(MODEL, plan, asked, passes(asked))
                .rehearse(fresh(plan), TEXT)
                .log();
    }

    private static DeclaredSession session(Plan plan, Training training, PassSelection selection) {
        TrainingData data = TrainingData.text(TEXT, TokenIds.of(), TrainingTargets.nextTokens());
        TrainingSetup setup = new TrainingSetup(MODEL, plan, training, 16, selection, fresh(plan), data);
        return new DeclaredSession(setup, 0, StepRange.all(training));
    }

    private static Weights fresh(Plan plan) {
        return new FreshWeights(MODEL, 1).under(plan);
    }

    private static Fingerprint fingerprint() {
        String order = passes(TRAINING).order();
        return Fingerprint.of(MODEL, PLAN, TRAINING, StepRange.all(TRAINING), "text", order);
    }

    private static List<Double> losses(TrainingLog log) {
        return log.points().stream().map(TrainingLog.Point::loss).toList();
    }
}
