package dev.lancet.tests.endtoend;

import static dev.lancet.Lancet.adamW;
import static dev.lancet.Lancet.corpus;
import static dev.lancet.Lancet.denseFirst;
import static dev.lancet.Lancet.heads;
import static dev.lancet.Lancet.linears;
import static dev.lancet.Lancet.rank;
import static dev.lancet.Lancet.recipe;
import static dev.lancet.Lancet.swiglu;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.recipe.Corpus;
import dev.lancet.dsl.recipe.Recipe;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.io.Progress;
import dev.lancet.runtime.DenseFirstTraining;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.run.CandidateResult;
import dev.lancet.runtime.run.RecipeRun;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import dev.lancet.runtime.train.log.TrainingLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A candidate that is trained dense for its first steps and cut then, beside one that is dense to the end. */
class DenseFirstTest {

    private static final Transformer BYTES = Transformer.decoder("tiny-bytes")
            .vocabulary(256)
            .context(32)
            .width(32)
            .layers(2)
            .attention(heads(4))
            .feedForward(swiglu(64))
            .build();
    private static final Compression NARROW =
            Compression.keepAll().on(linears()).factorise(rank(8));
    private static final Training TRAINING =
            adamW(60, 3e-3).batch(4).sequence(16).seed(3);

    @TempDir
    Path folder;

    private Corpus text = corpus("none");

    @BeforeEach
    void write() throws IOException {
        Path file = folder.resolve("text.txt");
        Files.writeString(file, "the committee seeks maximum employment and price stability. ".repeat(120));
        text = corpus(file.toString()).bytes().holdOut(0.1);
    }

    @Test
    void the_steps_before_the_cut_are_those_of_the_dense_model() {
        Recipe both = recipe("both")
                .candidate("dense", BYTES)
                .candidate("late", denseFirst(BYTES, 25), NARROW)
                .pretrain(text, TRAINING);
        try (RecipeRun run = new RecipeRun(both, Progress.silent())) {
            List<CandidateResult> finished = run.carryOut().finished();
            TrainingLog dense = finished.get(0).log().orElseThrow();
            TrainingLog late = finished.get(1).log().orElseThrow();
            assertThat(late.steps()).isEqualTo(60);
            assertThat(late.tokens()).isEqualTo(dense.tokens());
            assertThat(losses(late, 0, 25)).isEqualTo(losses(dense, 0, 25));
            assertThat(losses(late, 26, 60)).isNotEqualTo(losses(dense, 26, 60));
            assertThat(late.loss()).isLessThan(late.points().get(26).loss());
            assertThat(late.validationLoss()).isPresent();
            assertThat(finished.get(1).plan().step("h.0.attn.q").rank()).hasValue(8);
            assertThat(finished.get(1).losses()).isNotEmpty();
        }
    }

    private static List<Double> losses(TrainingLog log, int from, int to) {
        return log.points().subList(from, to).stream()
                .map(TrainingLog.Point::loss)
                .toList();
    }

    @Test
    void the_rate_rises_again_after_the_cut_and_the_schedule_goes_on() {
        try (Model dense = Model.create(BYTES, 1).tokenizer(Tokenizer.bytes());
                Model late = new DenseFirstTraining(text, TRAINING, 20, NARROW).train(dense, Optional.empty())) {
            List<TrainingLog.Point> points = late.log().orElseThrow().points();
            assertThat(points.get(19).rate()).isEqualTo(TRAINING.rateAt(19));
            assertThat(points.get(20).rate()).isCloseTo(TRAINING.rateAt(20) / 20, within(1e-12));
            assertThat(points.get(29).rate()).isCloseTo(TRAINING.rateAt(29) / 2, within(1e-12));
            assertThat(points.get(45).rate()).isEqualTo(TRAINING.rateAt(45));
            assertThat(points)
                    .extracting(TrainingLog.Point::step)
                    .startsWith(1, 2, 3)
                    .endsWith(59, 60);
        }
    }

    @Test
    void a_cut_that_cannot_come_is_refused() {
        Recipe never =
                recipe("never").candidate("late", denseFirst(BYTES, 60), NARROW).pretrain(text, TRAINING);
        try (RecipeRun run = new RecipeRun(never, Progress.silent())) {
            assertThatThrownBy(run::carryOut)
                    .isInstanceOf(LancetException.class)
                    .hasMessage("denseFirst: 60 of 60 steps; some must remain for the compressed model");
        }
        Recipe untrained = recipe("untrained").candidate("late", denseFirst(BYTES, 60), NARROW);
        try (RecipeRun run = new RecipeRun(untrained, Progress.silent())) {
            assertThatThrownBy(run::carryOut)
                    .hasMessage("candidate: 'late' has dense first steps, but no training; pretrain it");
        }
    }
}
