package dev.lancet.tests.endtoend;

import static dev.lancet.Lancet.adamW;
import static dev.lancet.Lancet.after;
import static dev.lancet.Lancet.corpus;
import static dev.lancet.Lancet.denseFirst;
import static dev.lancet.Lancet.int8;
import static dev.lancet.Lancet.linears;
import static dev.lancet.Lancet.muon;
import static dev.lancet.Lancet.rank;
import static dev.lancet.Lancet.recipe;
import static dev.lancet.Lancet.silu;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.recipe.Corpus;
import dev.lancet.dsl.recipe.Recipe;
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
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Factors that are led by dense twins over the first steps of their training. */
class SelfGuidedTrainingTest {

    private static final int[] TEXT = TinyModel.text(4_000);
    private static final int[] HELD = TinyModel.text(600);
    private static final Transformer MODEL = TinyModel.llama();
    private static final Compression NARROW =
            Compression.keepAll().on(linears()).factorise(rank(8));
    private static final Compression BENT = Compression.keepAll().on(linears()).factorise(rank(8), silu());
    private static final Training SHORT =
            muon(24, 0.02).adam(5e-3).batch(4).sequence(16).seed(3);
    private static final Training GUIDED = SHORT.selfGuided(0.5);

    @TempDir
    Path folder;

    private static List<Double> losses(Model model) {
        return model.log().orElseThrow().points().stream()
                .map(TrainingLog.Point::loss)
                .toList();
    }

    @Test
    void it_starts_where_the_factors_are_and_ends_with_them_alone() {
        try (Model plain = Model.create(MODEL, NARROW, 1);
                Model guided = Model.create(MODEL, NARROW, 1)) {
            plain.train(TEXT, HELD, SHORT);
            guided.train(TEXT, HELD, GUIDED);
            assertThat(losses(guided).get(0)).isCloseTo(losses(plain).get(0), within(1e-4));
            assertThat(losses(guided).get(23)).isNotEqualTo(losses(plain).get(23));
            assertThat(guided.log().orElseThrow().points())
                    .extracting(TrainingLog.Point::rate)
                    .isEqualTo(plain.log().orElseThrow().points().stream()
                            .map(TrainingLog.Point::rate)
                            .toList());
            assertThat(guided.weights().arrays()).isEqualTo(plain.weights().arrays());
            assertThat(guided.plan()).isEqualTo(plain.plan());
            guided.save(folder.resolve("model"));
            try (Model back = Model.open(folder.resolve("model"))) {
                assertThat(back.evaluate(HELD, 17).loss())
                        .isEqualTo(guided.evaluate(HELD, 17).loss());
            }
        }
    }

    @ParameterizedTest
    @Tag("slow")
    @MethodSource("diets")
    void the_text_is_learnt_with_either_optimiser(Compression diet, Training training) {
        try (Model model = Model.create(MODEL, diet, 1)) {
            model.train(TEXT, HELD, training);
            assertThat(model.evaluate(HELD, 17).loss()).isLessThan(2.2);
            assertThat(model.log().orElseThrow().validationLoss().orElseThrow()).isLessThan(2.2);
        }
    }

    static Stream<Arguments> diets() {
        Training adam = adamW(150, 5e-3).batch(8).sequence(16).seed(3).selfGuided(0.4);
        return Stream.of(
                Arguments.of(NARROW, adam),
                Arguments.of(
                        BENT,
                        muon(100, 0.02).adam(5e-3).batch(8).sequence(16).seed(3).selfGuided(0.5)));
    }

    private static Trainer trainer(Compression diet) {
        return Trainer.of(MODEL, Plan.of(MODEL, diet), GUIDED, PassSelection.here(GUIDED, Set.of()));
    }

    private static Fingerprint print() {
        return new Fingerprint(Map.of("training", GUIDED.toString()));
    }

    static Stream<Arguments> stops() {
        return Stream.of(Arguments.of(5, NARROW), Arguments.of(12, BENT));
    }

    @ParameterizedTest
    @MethodSource("stops")
    void a_training_that_is_cut_off_in_either_part_goes_on_to_the_same_weights(int stop, Compression diet) {
        TokenIds ids = TokenIds.of(TEXT);
        Weights fresh = Model.create(MODEL, diet, 1).weights();
        Weights expected =
                trainer(diet).train(fresh, ids, TokenIds.of(), Optional.empty()).weights();
        try (TrainingFolder first = CheckpointPolicy.in(folder).every(4).open(print())) {
            Trainer cut = trainer(diet).progress(new StopAfter(stop));
            assertThatThrownBy(() -> cut.train(fresh, ids, TokenIds.of(), Optional.of(first)))
                    .isInstanceOf(TrainingStoppedException.class);
        }
        try (TrainingFolder second = CheckpointPolicy.resume(folder).every(4).open(print())) {
            Trainer.Outcome outcome = trainer(diet).train(fresh, ids, TokenIds.of(), Optional.of(second));
            assertThat(outcome.log().steps()).isEqualTo(24);
            for (ArraySpec array : expected.arrays()) {
                assertThat(outcome.weights().read(array.name()).bytes())
                        .as(array.name())
                        .isEqualTo(expected.read(array.name()).bytes());
            }
        }
    }

    @Test
    void what_has_nothing_fresh_to_guide_is_refused() {
        try (Model dense = Model.create(MODEL, 1);
                Model narrow = Model.create(MODEL, NARROW, 1);
                Model codes =
                        Model.create(MODEL, Compression.keepAll().on(linears()).factorise(rank(8), int8()), 1)) {
            assertThatThrownBy(() -> dense.train(TEXT, HELD, GUIDED))
                    .isInstanceOf(LancetException.class)
                    .hasMessage("selfGuided: no linear layer of tiny-llama is factorized, so there is nothing"
                            + " to guide; leave it out, or add factorise(rank(64))");
            assertThatThrownBy(() -> codes.train(TEXT, HELD, GUIDED))
                    .hasMessage("selfGuided: h.0.attn.q is stored in int8, so its factors are frozen; train"
                            + " float32 factors, and quantize afterwards");
            assertThatThrownBy(() -> narrow.train(TEXT, HELD, SHORT.selfGuided(0.01)))
                    .hasMessage("selfGuided: 0 of 24 steps; at least one step must be guided, and at least one"
                            + " must not");
            assertThatThrownBy(() -> narrow.compress(Compression.keepAll()).train(TEXT, HELD, GUIDED))
                    .hasMessage("selfGuided: tiny-llama has trained weights; self-guidance is only for fresh factors,"
                            + " leave it out");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SHORT.selfGuided(1))
                .withMessage("selfGuided: 1.0; the share of guided steps must be between 0 and 1, both excluded");
    }

    @Test
    void a_recipe_refuses_it_before_anything_is_computed() {
        Corpus text = corpus("minutes.txt").bytes();
        Recipe two = recipe("two").candidate("dense", MODEL).candidate("narrow", MODEL, NARROW);
        assertThatThrownBy(() -> two.pretrain(text, GUIDED))
                .hasMessageStartingWith("candidate: 'dense': selfGuided: no linear layer of tiny-llama is factorized");
        assertThatThrownBy(() -> two.train("narrow", text, SHORT).train("narrow", text, GUIDED))
                .hasMessage("selfGuided: candidate 'narrow' starts from trained weights, but guidance is for"
                        + " fresh factors; leave it out");
        Recipe late = two.candidate("late", denseFirst(MODEL, 5), NARROW).candidate("next", after("dense"), NARROW);
        assertThatThrownBy(() -> late.train("late", text, GUIDED))
                .hasMessage("selfGuided: candidate 'late' trains dense first, after which its factors need no"
                        + " guide; choose one of the two");
        assertThatThrownBy(() -> late.train("next", text, GUIDED))
                .hasMessageStartingWith("selfGuided: candidate 'next' starts from trained weights");
        assertThat(two.train("narrow", text, GUIDED).toString())
                .contains("muon(24, 0.02).adam(0.005).batch(4).sequence(16).selfGuided(0.5).seed(3)");
    }

    @Test
    void the_fade_is_a_cosine_and_says_what_it_takes() {
        var guidance = GUIDED.guidance().orElseThrow();
        assertThat(guidance.at(0, 24)).isEqualTo(1);
        assertThat(guidance.at(4, 24)).isCloseTo(0.75, within(1e-12));
        assertThat(guidance.at(6, 24)).isCloseTo(0.5, within(1e-12));
        assertThat(guidance.at(11, 24)).isCloseTo((1 + Math.cos(11 * Math.PI / 12)) / 2, within(1e-12));
        assertThat(guidance.at(12, 24)).isZero();
        assertThat(guidance.of(Plan.of(MODEL, NARROW), 24))
                .isEqualTo("self-guided for the first 12 of 24 steps: 14 dense twins with 18,432 parameters,"
                        + " dropped then");
    }
}
