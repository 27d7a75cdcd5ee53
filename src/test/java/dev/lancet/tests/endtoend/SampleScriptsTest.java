package dev.lancet.tests.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.recipe.Candidate;
import dev.lancet.dsl.recipe.Origin;
import dev.lancet.dsl.recipe.Recipe;
import dev.lancet.script.Script;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

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

    private static long parameters(Recipe recipe, String name) {
        Candidate candidate = recipe.find(name).orElseThrow();
        Transformer transformer = ((Origin.Declared) candidate.origin()).transformer();
        return Plan.of(transformer, candidate.compression()).parametersAfter();
    }
}
