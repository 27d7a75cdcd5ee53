package dev.lancet.tests.endtoend;

import static dev.lancet.Lancet.adamW;
import static dev.lancet.Lancet.after;
import static dev.lancet.Lancet.attention;
import static dev.lancet.Lancet.corpus;
import static dev.lancet.Lancet.everything;
import static dev.lancet.Lancet.feedForward;
import static dev.lancet.Lancet.geluTanh;
import static dev.lancet.Lancet.heads;
import static dev.lancet.Lancet.int4;
import static dev.lancet.Lancet.lora;
import static dev.lancet.Lancet.queries;
import static dev.lancet.Lancet.recipe;
import static dev.lancet.Lancet.swiglu;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.FeedForward;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.recipe.Corpus;
import dev.lancet.dsl.recipe.Recipe;
import dev.lancet.io.Progress;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.run.CandidateResult;
import dev.lancet.runtime.run.RecipeRun;
import dev.lancet.runtime.tune.FineTuning;
import dev.lancet.runtime.tune.MergeResult;
import dev.lancet.runtime.tune.TuningResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Adapters from end to end: in recipes, and where there is no PEFT. */
class TuningTest {

    @TempDir
    Path folder;

    private static Transformer bytes(FeedForward feedForward) {
        return Transformer.decoder("tiny-bytes")
                .vocabulary(256)
                .context(32)
                .width(32)
                .layers(2)
                .attention(heads(4))
                .feedForward(feedForward)
                .build();
    }

    private Corpus text(String name, String words) throws IOException {
        Path file = Files.writeString(folder.resolve(name), words.repeat(120));
        return corpus(file.toString()).bytes().holdOut(0.1);
    }

    private Recipe twoLanguages() throws IOException {
        Corpus committee = text("committee.txt", "the committee seeks maximum employment and price stability. ");
        Corpus bank = text("bank.txt", "der rat will vor allem stabile preise und dann vieles andere. ");
        return recipe("two languages")
                .candidate("dense", bytes(swiglu(64)))
                .pretrain(committee, adamW(40, 1e-2).batch(4).sequence(16).seed(3))
                .candidate(
                        "tuned",
                        after("dense"),
                        Compression.keepAll().on(attention(), feedForward()).quantize(int4(32), lora(8)))
                .train("tuned", bank, adamW(60, 1e-2).batch(4).sequence(16).seed(3))
                .evaluate(bank.heldOut())
                .sample("der ", 3)
                .report(folder.resolve("report").toString());
    }

    @Test
    void a_recipe_tunes_adapters_beside_codes_and_its_report_shows_them() throws IOException {
        List<CandidateResult> finished;
        try (RecipeRun run = new RecipeRun(twoLanguages(), Progress.silent())) {
            finished = run.carryOut().finished();
        }
        CandidateResult tuned = finished.get(1);
        assertThat(tuned.measured().get(0).value())
                .isLessThan(0.7 * finished.get(0).measured().get(0).value());
        assertThat(tuned.losses()).hasSize(14);
        assertThat(folder.resolve("report/report.md")).content().contains("int4(32) + lora(8)");
        assertThat(folder.resolve("report/report.html")).content().contains("int4(32) + lora(8)");
        assertThat(folder.resolve("report/report.json")).content().contains("\"adapter\" : \"lora(8)\"");

        try (Model again = Model.open(folder.resolve("report/tuned"))) {
            assertThat(again.plan()).isEqualTo(tuned.plan());
            MergeResult merged = MergeResult.save(again, folder.resolve("merged"));
            assertThat(merged.layers()).hasSize(14);
            assertThat(merged.drift().max()).isBetween(1e-4, 20.0);
        }
    }

    @Test
    void where_peft_has_no_names_the_model_is_saved_whole() {
        try (Model base = Model.create(bytes(geluTanh(64)), 1);
                Model tuned = FineTuning.with(lora(2), queries()).begin(base)) {
            TuningResult saved = TuningResult.save(base.plan(), tuned, folder.resolve("tuned"));
            assertThat(saved.adapter()).isEmpty();
            assertThat(saved.model()).contains(folder.resolve("tuned/model"));
            assertThat(saved.hindrance().orElseThrow()).contains("PEFT has no names for its layers");
            assertThat(saved.written()).containsExactly(folder.resolve("tuned/model"));
        }
    }

    @Test
    void what_a_tuning_cannot_be_is_refused() {
        assertThatThrownBy(() -> FineTuning.full().over(Precision.int8()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("bits: int8; weights in fewer bits are frozen");
        try (Model base = Model.create(bytes(swiglu(64)), 1);
                Model adapted = base.adapt(queries(), lora(2));
                Model coded = FineTuning.with(lora(4), everything())
                        .over(Precision.int8())
                        .begin(adapted)) {
            assertThatThrownBy(() -> FineTuning.full().begin(adapted))
                    .isInstanceOf(LancetException.class)
                    .hasMessageContaining("merge them first");
            assertThatThrownBy(() -> MergeResult.save(base, folder.resolve("x")))
                    .hasMessageContaining("has no adapters");
            assertThat(coded.plan().step("h.0.attn.q").adapter()).contains(lora(2));
            assertThat(coded.plan().step("h.0.mlp.up").precision()).isEqualTo(Precision.int8());
        }
    }
}
