package dev.lancet.tests.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.recipe.Candidate;
import dev.lancet.dsl.recipe.Origin;
import dev.lancet.dsl.recipe.Recipe;
import dev.lancet.dsl.recipe.Stage;
import dev.lancet.dsl.recipe.Task;
import dev.lancet.io.Progress;
import dev.lancet.runtime.compress.CalibratedCompression;
import dev.lancet.runtime.run.CandidateResult;
import dev.lancet.runtime.run.RecipeRun;
import dev.lancet.runtime.text.task.TaskItems;
import dev.lancet.runtime.train.Trainer;
import dev.lancet.script.Script;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scripts that lie in {@code samples}. */
class SampleScriptsTest {

    @Test
    void the_study_of_low_rank_compares_models_of_the_sizes_that_it_names() {
        Recipe recipe = Script.load(Path.of("samples/pretrain-lowrank.lancet.kts"));
        assertThat(recipe.name()).isEqualTo("pretrain-lowrank");
        assertThat(recipe.candidates())
                .extracting(candidate -> candidate.name())
                .containsExactly(
                        "dense", "low rank", "narrow dense", "low rank, equal time", "narrow dense, equal time");
        assertThat(recipe.seeds()).containsExactly(1L, 2L, 3L);
        long dense = parameters(recipe, "dense");
        long lowRank = parameters(recipe, "low rank");
        assertThat(dense / (double) lowRank).as("times fewer parameters").isBetween(2.64, 2.65);
        assertThat(parameters(recipe, "narrow dense") / (double) lowRank)
                .as("the twin against low rank")
                .isCloseTo(1, within(0.002));
    }

    @Test
    @Tag("slow")
    void the_calibrated_script_measures_every_candidate_and_its_recovery_wins_something_back(@TempDir Path folder) {
        Recipe recipe = Script.load(Path.of("samples/compress-calibrated.lancet.kts"))
                .report(folder.resolve("report").toString());
        List<CandidateResult> finished;
        try (RecipeRun run = new RecipeRun(recipe, Progress.silent())) {
            finished = run.carryOut().finished();
        }
        assertThat(finished)
                .extracting(one -> one.candidate().name())
                .containsExactly("original", "int4", "6x", "ranks, recovered");
        assertThat(finished.get(0).calibrated()).isEmpty();
        CalibratedCompression.Outcome sixth = finished.get(2).calibrated().orElseThrow();
        assertThat(finished.get(2).plan().compression()).isGreaterThanOrEqualTo(6);
        assertThat(sixth.quality().recovery()).isGreaterThan(0.95);
        assertThat(finished.get(3)
                        .calibrated()
                        .flatMap(CalibratedCompression.Outcome::recovered)
                        .orElseThrow()
                        .ratio())
                .isGreaterThan(0.1);
    }

    @Test
    void the_financial_script_gives_every_way_of_fine_tuning_the_same_base_rows_and_questions() {
        Recipe recipe = Script.load(Path.of("samples/finance-sentiment.lancet.kts"));
        List<String> tuned = List.of("all weights", "LoRA", "DoRA", "QLoRA int8", "QLoRA int4", "LoRA on low rank");

        assertThat(recipe.stages())
                .extracting(stage -> stage.candidate())
                .containsExactlyElementsOf(
                        Stream.concat(Stream.of("base"), tuned.stream()).toList());
        assertThat(recipe.stages().stream().skip(1).map(Stage::examples).distinct())
                .hasSize(1);
        assertThat(recipe.evaluations())
                .extracting(
                        evaluation -> TaskItems.read((Task) evaluation).items().size())
                .containsExactly(200, 200);
        Transformer base = ((Origin.Declared) recipe.find("base").orElseThrow().origin()).transformer();
        assertThat(trained(base, recipe, "all weights")).isEqualTo(base.parameters());
        long adapters = trained(base, recipe, "LoRA");
        assertThat(adapters).isBetween(1L, base.parameters() / 10);
        assertThat(trained(base, recipe, "QLoRA int4")).isEqualTo(adapters);
        assertThat(trained(base, recipe, "DoRA")).isGreaterThan(adapters);
    }

    private static long trained(Transformer base, Recipe recipe, String candidate) {
        return Trainer.parameters(
                Plan.of(base, recipe.find(candidate).orElseThrow().compression()));
    }

    private static long parameters(Recipe recipe, String name) {
        Candidate candidate = recipe.find(name).orElseThrow();
        Transformer transformer = ((Origin.Declared) candidate.origin()).transformer();
        return Plan.of(transformer, candidate.compression()).parametersAfter();
    }
}
