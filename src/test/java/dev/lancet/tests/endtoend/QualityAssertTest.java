package dev.lancet.tests.endtoend;

import static dev.lancet.Lancet.budget;
import static dev.lancet.Lancet.everything;
import static dev.lancet.Lancet.int4;
import static dev.lancet.Lancet.int8;
import static dev.lancet.Lancet.linears;
import static dev.lancet.Lancet.nf4;
import static dev.lancet.Lancet.rank;
import static dev.lancet.Lancet.ratio;
import static dev.lancet.assertj.LancetAssertions.assertThatModel;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.assertj.LancetAssertions;
import dev.lancet.assertj.LancetSoftAssertions;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.io.Progress;
import dev.lancet.runtime.calibration.CalibrationData;
import dev.lancet.runtime.compress.CalibratedCompression;
import dev.lancet.runtime.compress.CompressionJob;
import dev.lancet.runtime.source.ModelSource;
import dev.lancet.runtime.text.tokenizer.TokenIdChecks;
import dev.lancet.runtime.train.graph.Examples;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Assertions on the quality of smaller models, as users have them in their tests. */
class QualityAssertTest {

    private static final Path FIXTURES = Path.of("src/test/resources/fixtures");
    private static final Path MLP = FIXTURES.resolve("dense-mlp-savedmodel/saved_model");
    private static final Path STORIES = FIXTURES.resolve("stories260K-hf");
    private static final int[] IDS =
            Arrays.copyOf(TokenIdChecks.read(FIXTURES.resolve("stories260K-reference/test_ids.i32")), 4 * 512);

    private static final Compression BYTES = Compression.keepAll().on(linears()).quantize(int8());
    private static final Compression COARSE =
            Compression.keepAll().on(linears()).quantize(int4(128));
    private static final Compression CUT = Compression.keepAll().on(linears()).factorise(rank(3).allowLarger());

    @TempDir
    private Path folder;

    private Path small(Path model, Compression compression) {
        Path out = folder.resolve("small");
        CompressionJob job = new CompressionJob(ModelSource.open(model), Progress.silent());
        job.write(job.plan(compression), out);
        return out;
    }

    @Test
    void a_graph_keeps_its_cosine_in_8_bits_and_loses_it_at_a_low_rank() {
        Path bytes = small(MLP, BYTES);
        assertThat(assertThatModel(bytes).keepsCosine(0.999).against(MLP).on("x", rows(32)))
                .isNotNull();
        CompressionJob job = new CompressionJob(ModelSource.open(MLP), Progress.silent());
        Path cut = folder.resolve("cut");
        job.write(job.plan(CUT), cut);
        assertThatThrownBy(() ->
                        assertThatModel(cut).keepsCosine(0.999).against(MLP).on("x", rows(32)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContainingAll(
                        "quality: " + cut,
                        "in the output 'logits' against " + MLP,
                        "32 rows",
                        "at least 0.999",
                        "add a correction");
    }

    @Test
    void a_language_model_loses_little_perplexity_in_8_bits_and_more_in_4() throws Exception {
        Path bytes = small(STORIES, BYTES);
        assertThatModel(bytes).losesPerplexityAtMost(0.02).against(STORIES).on(IDS);
        Path text =
                Files.writeString(folder.resolve("text.txt"), "Once upon a time there was a little girl. ".repeat(60));
        assertThatModel(bytes).losesPerplexityAtMost(0.05).against(STORIES).on(text);
        Path coarse = folder.resolve("coarse");
        CompressionJob job = new CompressionJob(ModelSource.open(STORIES), Progress.silent());
        job.write(job.plan(COARSE), coarse);
        LancetSoftAssertions softly = new LancetSoftAssertions();
        softly.assertThatModel(coarse)
                .losesPerplexityAtMost(1e-4)
                .against(STORIES)
                .on(IDS)
                .hasLinear("h.0.attn.q")
                .quantizedTo(8);
        assertThat(softly.assertionErrorsCollected())
                .hasSize(2)
                .first()
                .asString()
                .contains(
                        "quality: the perplexity of " + coarse, "of " + STORIES, "wanted at most 1.0E-4", "calibrate");
    }

    @Test
    void what_a_budget_chose_is_no_worse_than_a_uniform_setting() {
        Path chosen = folder.resolve("chosen");
        Plan plan = calibrated(Compression.keepAll().within(budget("4x")), chosen);
        assertThatModel(chosen).isNoWorseThanUniform().against(MLP).on("x", rows(64));
        LancetAssertions.assertThat(plan).isNoWorseThanUniform().against(MLP).on("x", rows(64));
    }

    @Test
    void a_uniform_setting_is_no_worse_than_itself_and_a_low_rank_is_worse() {
        Compression uniform = Compression.keepAll().on(everything()).quantize(nf4(32));
        Path fitted = folder.resolve("fitted");
        calibrated(uniform, fitted);
        assertThatModel(fitted).isNoWorseThanUniform().against(MLP).on("x", rows(64));
        Path plain = small(MLP, Compression.keepAll().on(linears()).factorise(ratio(0.45)));
        assertThatThrownBy(() -> assertThatModel(plain)
                        .isNoWorseThanUniform()
                        .against(MLP)
                        .on("x", rows(64)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContainingAll("quality: " + plain, "16 held-out rows", "of uniform ", "take that setting");
    }

    private static Plan calibrated(Compression compression, Path out) {
        Examples rows = Examples.of("x", rows(64));
        return new CalibratedCompression(
                        ModelSource.open(MLP),
                        CalibrationData.draw(rows, CalibrationData.SAMPLES, 0),
                        Progress.silent())
                .write(compression, out)
                .plan();
    }

    @Test
    void the_wrong_demand_and_the_wrong_data_are_named() {
        assertThatThrownBy(() -> assertThatModel(STORIES)
                        .keepsCosine(0.9)
                        .against(STORIES)
                        .on(IDS))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("write losesPerplexityAtMost(0.02)");
        assertThatThrownBy(() -> assertThatModel(MLP)
                        .losesPerplexityAtMost(0.1)
                        .against(MLP)
                        .on("x", rows(2)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("write keepsCosine(0.99)");
        assertThatThrownBy(
                        () -> assertThatModel(MLP).keepsCosine(0.9).against(MLP).on(IDS))
                .isInstanceOf(LancetException.class)
                .hasMessageContaining("give rows as .npz");
    }

    private static float[][] rows(int count) {
        Random random = new Random(9);
        float[][] rows = new float[count][96];
        for (float[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                row[i] = (float) random.nextGaussian();
            }
        }
        return rows;
    }
}
