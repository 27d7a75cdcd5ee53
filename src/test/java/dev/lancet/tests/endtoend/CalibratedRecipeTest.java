package dev.lancet.tests.endtoend;

import static dev.lancet.Lancet.adamW;
import static dev.lancet.Lancet.after;
import static dev.lancet.Lancet.budget;
import static dev.lancet.Lancet.calibration;
import static dev.lancet.Lancet.checkpoint;
import static dev.lancet.Lancet.corpus;
import static dev.lancet.Lancet.feedForward;
import static dev.lancet.Lancet.int4;
import static dev.lancet.Lancet.linears;
import static dev.lancet.Lancet.ratio;
import static dev.lancet.Lancet.recipe;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.recipe.CalibrationText;
import dev.lancet.dsl.recipe.Corpus;
import dev.lancet.dsl.recipe.Recipe;
import dev.lancet.io.Progress;
import dev.lancet.runtime.CalibrationRows;
import dev.lancet.runtime.GraphModel;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.calibration.CalibrationData;
import dev.lancet.runtime.compress.CalibratedCompression;
import dev.lancet.runtime.run.CandidateResult;
import dev.lancet.runtime.run.RecipeRun;
import dev.lancet.runtime.source.ModelSource;
import dev.lancet.runtime.train.TrainingStoppedException;
import dev.lancet.runtime.train.graph.Examples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calibration in recipes and in Java: the same work as that of {@code lancet compress --calibrate}. */
class CalibratedRecipeTest {

    private static final Path STORIES = Fixture.ALL.resolve("stories260K-hf");
    private static final Path TEXT = Fixture.ALL.resolve("text-tinystories/tinystories.txt");
    private static final Compression FOUR_BITS =
            Compression.keepAll().on(linears()).quantize(int4(32));
    private static final Compression HALF =
            Compression.keepAll().on(feedForward()).factorise(ratio(0.5));

    @TempDir
    private Path folder;

    private static CalibrationText text() {
        return calibration(corpus(TEXT.toString())).samples(16).window(128);
    }

    @Test
    void a_model_in_memory_is_the_one_that_the_command_line_writes() {
        ModelSource source = ModelSource.open(STORIES);
        Examples rows =
                new CalibrationRows(source, OptionalInt.of(128)).read(TEXT, Optional.empty(), Progress.silent());
        CalibratedCompression.Outcome outcome = new CalibratedCompression(
                        source, CalibrationData.draw(rows, 16, 0), Progress.silent())
                .write(FOUR_BITS, folder.resolve("written"));
        try (Model full = Model.open(STORIES);
                Model small = full.compress(FOUR_BITS, text());
                Model written = Model.open(folder.resolve("written"))) {
            assertThat(small.plan()).isEqualTo(written.plan());
            small.plan().arrays().forEach(array -> assertThat(
                            small.weights().read(array.name()).bytes())
                    .as(array.name())
                    .isEqualTo(written.weights().read(array.name()).bytes()));
            assertThat(small.calibrated().orElseThrow().quality().distance())
                    .isCloseTo(outcome.quality().distance(), within(1e-6))
                    .isPositive();
            assertThat(small.losses()).hasSize(35).allSatisfy(loss -> assertThat(loss.outputError())
                    .isPresent());
        }
    }

    @Test
    @Tag("slow")
    void a_recovered_model_keeps_what_was_won_back() {
        try (Model full = Model.open(STORIES);
                Model small = full.compress(HALF, text().recover(20_000))) {
            CalibratedCompression.Outcome outcome = small.calibrated().orElseThrow();
            assertThat(outcome.recovered().orElseThrow().ratio()).isGreaterThan(0.1);
            assertThat(outcome.quality().distance())
                    .isCloseTo(outcome.recovered().orElseThrow().after().distance(), within(1e-4));
        }
    }

    @Test
    void a_graph_is_calibrated_on_rows_and_saved_with_its_quality() {
        CalibrationData data = CalibrationData.draw(Classifier.rows(64, 11), 32, 0);
        GraphModel full = GraphModel.open(Classifier.MODEL);
        GraphModel small = full.compress(Compression.keepAll().within(budget("5x")), data, 0);
        CalibratedCompression.Outcome outcome = small.calibrated().orElseThrow();
        assertThat(small.plan().compression()).isGreaterThanOrEqualTo(5);
        assertThat(outcome.tried()).extracting(tried -> tried.setting()).contains("chosen");
        assertThat(outcome.quality().cosineMean()).isGreaterThan(0.99);

        small.save(folder.resolve("saved"));
        CalibratedCompression.Outcome written = new CalibratedCompression(
                        ModelSource.open(Classifier.MODEL), data, Progress.silent())
                .write(Compression.keepAll().within(budget("5x")), folder.resolve("written"));
        assertThat(written.plan()).isEqualTo(outcome.plan());
        Examples rows = Classifier.rows(8, 5);
        String output = outcome.quality().outputs().keySet().iterator().next();
        assertThat(GraphModel.open(folder.resolve("saved")).output(rows, output))
                .containsExactly(GraphModel.open(folder.resolve("written")).output(rows, output), within(1e-6f));
    }

    @Test
    @Tag("slow")
    void a_graph_recovers_in_memory() {
        CalibrationData data = CalibrationData.draw(Classifier.rows(64, 11), 32, 0);
        GraphModel small = GraphModel.open(Classifier.MODEL)
                .compress(Compression.keepAll().on(linears()).factorise(ratio(0.4)), data, 640);
        CalibratedCompression.Outcome outcome = small.calibrated().orElseThrow();
        assertThat(outcome.recovered().orElseThrow().ratio()).isPositive();
        assertThat(outcome.quality().distance())
                .isCloseTo(outcome.recovered().orElseThrow().after().distance(), within(1e-4));
    }

    private Recipe small(Corpus stories) {
        return recipe("calibrated")
                .candidate("full", checkpoint(STORIES.toString()))
                .candidate(
                        "small",
                        after("full"),
                        HALF,
                        calibration(stories).samples(16).window(128).recover(10_000))
                .train("small", stories, adamW(3, 1e-4).batch(2).sequence(32));
    }

    @Test
    void a_run_measures_what_it_calibrates_and_a_resumed_run_still_knows_it() throws IOException {
        Corpus stories = corpus(TEXT.toString()).holdOut(0.1);
        Recipe recipe = small(stories)
                .candidate("later", after("small"))
                .train("later", stories, adamW(3, 1e-4).batch(2).sequence(32))
                .evaluate(stories.heldOut())
                .report(folder.resolve("report").toString());
        // The recovery of the second candidate, its training, and the training of the third.
        try (RecipeRun run = new RecipeRun(recipe, new StopInTraining(3))) {
            assertThatThrownBy(run::carryOut).isInstanceOf(TrainingStoppedException.class);
        }
        StopInTraining second = new StopInTraining(99);
        List<CandidateResult> finished;
        try (RecipeRun run = new RecipeRun(recipe, second).resume()) {
            finished = run.carryOut().finished();
        }
        assertThat(second.begun).as("trainings of the resumed run").isEqualTo(1);
        assertThat(finished.get(0).calibrated()).isEmpty();
        CalibratedCompression.Outcome outcome = finished.get(1).calibrated().orElseThrow();
        assertThat(outcome.quality().language().orElseThrow().perplexity())
                .isGreaterThan(outcome.quality().language().orElseThrow().perplexityBefore());
        assertThat(outcome.recovered().orElseThrow().ratio()).isPositive();
        assertThat(Files.readString(folder.resolve("report/report.md")))
                .contains("small when compressed", "perplexity", "recovery: distance");
    }

    /** Stops in a training, counted from 1. */
    private static final class StopInTraining implements Progress {
        private final int number;
        private int begun;

        StopInTraining(int number) {
            this.number = number;
        }

        @Override
        public Task begin(String what, long all) {
            begun += what.startsWith("train") ? 1 : 0;
            return Progress.silent().begin(what, all);
        }

        @Override
        public boolean stopWanted() {
            return begun >= number;
        }
    }
}
