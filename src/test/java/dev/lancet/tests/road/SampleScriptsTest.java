package dev.lancet.tests.road;

import static org.assertj.core.api.Assertions.assertThat;

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
                .startsWith("dense 1", "low rank 1", "narrow dense 1")
                .hasSize(9);
        assertThat(recipe.toString()).contains("rank(39), silu()").contains("muon(600, 0.01)");
    }
}
