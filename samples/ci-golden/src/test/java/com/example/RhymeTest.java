package com.example;

import static dev.lancet.assertj.LancetAssertions.assertThat;
import static dev.lancet.assertj.LancetAssertions.assertThatModel;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lancet.assertj.LancetSoftAssertions;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.recipe.Origin;
import dev.lancet.dsl.recipe.Recipe;
import dev.lancet.dsl.recipe.Stage;
import dev.lancet.runtime.Model;
import dev.lancet.script.Script;
import dev.lancet.surgery.Blueprint;
import dev.lancet.surgery.Surgeon;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What continuous integration holds a model to: its plan, its graph, its size, and how well it knows its text. */
class RhymeTest {

    /** Of the bytes of the rhyme the small model must foresee so many right. */
    private static final double FLOOR = 0.90;

    /** By this share the perplexity may be larger than that of the original. */
    private static final double LOSS = 0.10;

    private static final Recipe RECIPE = Script.load(Path.of("model/Rhyme.java"));
    private static final Transformer GPT =
            ((Origin.Declared) RECIPE.candidates().get(0).origin()).transformer();
    private static final Compression SLIM = RECIPE.candidates().get(1).compression();

    @TempDir
    private Path folder;

    @Test
    void the_plan_is_golden() {
        assertThat(Plan.of(GPT, SLIM)).isGolden("rhyme.plan").shrinksBy(2.5);
    }

    @Test
    void the_graph_is_golden() {
        LancetSoftAssertions softly = new LancetSoftAssertions();
        softly.assertThat(Surgeon.operate(Blueprint.scoring(GPT), Plan.of(GPT, SLIM)).graph())
                .isGolden("rhyme.graph")
                .hasNoOp("BatchMatMulV3")
                .onlyUsesOpsOf("2.18")
                .hasNoConstOver(1 << 10)
                .hasLinear("h.*.mlp.*")
                .factoredAtRank(24)
                .quantizedTo(8);
        softly.assertAll();
    }

    @Test
    void the_small_model_stays_above_the_floor_of_accuracy() throws IOException {
        Stage training = RECIPE.stages().get(0);
        Path saved = folder.resolve("slim");
        Path original = folder.resolve("dense");
        try (Model dense = Model.create(GPT, 7).train(training.corpus().orElseThrow(), training.training());
                Model slim = dense.compress(SLIM)) {
            assertThat(accuracy(slim)).isGreaterThan(FLOOR);
            slim.save(saved);
            dense.save(original);
        }
        assertThatModel(saved).isGolden("rhyme.graph").isNumericallyEqualTo(saved).within(0);
        assertThatModel(saved).losesPerplexityAtMost(LOSS).against(original).on(Path.of("model/rhyme.txt"));
    }

    /** The share of bytes that the likeliest next byte foretells, in windows of the model's context. */
    private static double accuracy(Model model) throws IOException {
        byte[] text = Files.readString(Path.of("model/rhyme.txt")).getBytes(StandardCharsets.UTF_8);
        int window = GPT.context();
        int right = 0;
        int all = 0;
        for (int from = 0; from + window < text.length; from += window) {
            int at = from;
            int[] ids = new int[window];
            Arrays.setAll(ids, i -> text[at + i] & 0xff);
            float[] logits = model.logits(new int[][] {ids});
            for (int i = window / 2; i < window; i++, all++) {
                right += likeliest(logits, i * GPT.vocabulary()) == (text[from + i + 1] & 0xff) ? 1 : 0;
            }
        }
        return (double) right / all;
    }

    private static int likeliest(float[] logits, int from) {
        int best = 0;
        for (int i = 1; i < GPT.vocabulary(); i++) {
            best = logits[from + i] > logits[from + best] ? i : best;
        }
        return best;
    }
}
