package dev.lancet.tests.endtoend;

import static dev.lancet.Lancet.adamW;
import static dev.lancet.Lancet.corpus;
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
import dev.lancet.dsl.recipe.Recipe;
import dev.lancet.io.Progress;
import dev.lancet.runtime.report.Report;
import dev.lancet.runtime.report.ReportedModel;
import dev.lancet.runtime.run.CandidateResult;
import dev.lancet.runtime.run.RecipeRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A recipe that is done with several seeds. */
class SeedsTest {

    private static final Transformer BYTES = Transformer.decoder("tiny-bytes")
            .vocabulary(256)
            .context(32)
            .width(16)
            .layers(1)
            .attention(heads(2))
            .feedForward(swiglu(32))
            .build();
    private static final Compression NARROW =
            Compression.keepAll().on(linears()).factorise(rank(4));

    @TempDir
    Path folder;

    private Recipe both = recipe("none");

    @BeforeEach
    void declare() throws IOException {
        Path file = folder.resolve("text.txt");
        Files.writeString(file, "the committee seeks maximum employment and price stability. ".repeat(60));
        var text = corpus(file.toString()).bytes().holdOut(0.1);
        both = recipe("both")
                .candidate("dense", BYTES)
                .candidate("narrow", BYTES, NARROW)
                .pretrain(text, adamW(20, 3e-3).batch(4).sequence(16))
                .evaluate(text.heldOut())
                .report(folder.resolve("out").toString());
    }

    private static RecipeRun.Outcome carriedOut(Recipe recipe) {
        try (RecipeRun run = new RecipeRun(recipe, Progress.silent())) {
            return run.carryOut();
        }
    }

    @Test
    void each_seed_is_a_run_of_its_own_and_the_report_has_mean_and_spread() {
        RecipeRun.Outcome outcome = carriedOut(both.seeds(1, 2, 3));
        List<CandidateResult> finished = outcome.finished();

        assertThat(finished).extracting(CandidateResult::seed).containsExactly(1L, 1L, 2L, 2L, 3L, 3L);
        double[] losses = finished.stream()
                .filter(one -> one.candidate().name().equals("dense"))
                .mapToDouble(one -> one.measured().get(0).loss())
                .toArray();
        assertThat(losses).doesNotHaveDuplicates();
        ReportedModel dense = outcome.report().models().get(0);
        double mean = (losses[0] + losses[1] + losses[2]) / 3;
        double spread = Math.sqrt(
                (Math.pow(losses[0] - mean, 2) + Math.pow(losses[1] - mean, 2) + Math.pow(losses[2] - mean, 2)) / 2);
        assertThat(dense.measured().validationLoss().orElseThrow()).isCloseTo(mean, within(1e-12));
        assertThat(dense.spread().orElseThrow()).isCloseTo(spread, within(1e-12));
        assertThat(dense.repeats()).extracting(Report.Repeat::seed).containsExactly(1L, 2L, 3L);
        assertThat(outcome.report().models()).hasSize(2);
        assertThat(outcome.report().table()).contains(String.format("%.4f ± %.4f", mean, spread));
        assertThat(outcome.report().json()).contains("\"validation_loss_spread\"", "\"seeds\"");
        assertThat(outcome.report().facts()).containsKeys("dense trained with seed 1", "narrow trained with seed 3");
        assertThat(folder.resolve("out")).isDirectoryContaining("glob:**/narrow-seed-2");
    }

    @Test
    void a_seed_gives_what_it_gives_alone() {
        CandidateResult among = carriedOut(both.seeds(5, 6)).finished().get(3);
        CandidateResult alone = carriedOut(
                        both.seeds(6).report(folder.resolve("alone").toString()))
                .finished()
                .get(1);

        assertThat(alone.seed()).isEqualTo(among.seed()).isEqualTo(6);
        assertThat(alone.measured().get(0).loss())
                .isEqualTo(among.measured().get(0).loss());
        assertThat(folder.resolve("alone")).isDirectoryContaining("glob:**/narrow");
    }

    @Test
    void nothing_is_computed_where_the_model_of_a_later_seed_is_in_the_way() throws IOException {
        Path taken = Files.createDirectories(folder.resolve("out/dense-seed-2"));
        try (RecipeRun run = new RecipeRun(both.seeds(1, 2), Progress.silent())) {
            assertThatThrownBy(run::carryOut)
                    .isInstanceOf(LancetException.class)
                    .hasMessage(taken + ": exists already; choose another path, or replace what a former run wrote with"
                            + " --force");
        }
        assertThat(folder.resolve("out/dense-seed-1")).doesNotExist();
    }
}
