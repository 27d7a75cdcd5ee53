package dev.lancet.tests.endtoend;

import static dev.lancet.tests.endtoend.CheckpointLogitsTest.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.runtime.AdapterSet;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.generate.Sampler;
import dev.lancet.runtime.tune.MergeResult;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several adapters of PEFT beside one base, against what PEFT computes. */
class AdapterSetTest {

    private static final Fixture PEFT = Fixture.named("peft-kinds");

    @TempDir
    Path folder;

    private static Map<String, Path> folders(String... names) {
        Map<String, Path> folders = new LinkedHashMap<>();
        for (String name : names) {
            folders.put(name, PEFT.folder().resolve(name));
        }
        return folders;
    }

    @Test
    void one_model_switches_between_adapters_and_their_weighted_sum() {
        try (Model base = Model.open(PEFT.folder().resolve("base"))) {
            AdapterSet set = AdapterSet.open(base, folders("first", "second", "pissa"));
            try (Model model = set.model()) {
                assertThat(set.names()).containsExactly("first", "second", "pissa");
                assertClose(model.logits(PEFT.inputIds()), PEFT.logits());
                set.activate("first");
                assertClose(model.logits(PEFT.inputIds()), PEFT.logits("first"));
                set.activate("pissa");
                assertClose(model.logits(PEFT.inputIds()), PEFT.logits("pissa"));
                set.activate(Map.of("first", 0.7, "second", -0.3));
                assertClose(model.logits(PEFT.inputIds()), PEFT.logits("weighted"));
                int[] beside = generated(model);
                try (Model merged = model.merge()) {
                    assertClose(merged.logits(PEFT.inputIds()), PEFT.logits("weighted"));
                    assertThat(generated(merged)).containsExactly(beside);
                }
                set.activate("second");
                assertThat(generated(model)).isNotEqualTo(beside);
                set.activate(Map.of("first", 0.7, "second", -0.3));
                MergeResult result = MergeResult.save(model, folder.resolve("merged"));
                assertThat(result.drift().max()).isLessThan(1e-3);
            }
        }
        try (Model saved = Model.open(folder.resolve("merged"))) {
            assertClose(saved.logits(PEFT.inputIds()), PEFT.logits("weighted"));
        }
    }

    private static int[] generated(Model model) {
        return model.generate(new int[] {5, 9, 33}, 20, Sampler.greedy(), OptionalInt.empty(), id -> {});
    }

    @Test
    void decomposed_adapters_are_switched_but_not_summed() {
        try (Model base = Model.open(PEFT.folder().resolve("base"))) {
            AdapterSet set = AdapterSet.open(base, folders("dora", "pissa-dora"));
            try (Model model = set.model()) {
                assertClose(model.logits(PEFT.inputIds()), PEFT.logits());
                set.activate("dora");
                assertClose(model.logits(PEFT.inputIds()), PEFT.logits("dora"));
                set.activate("pissa-dora");
                assertClose(model.logits(PEFT.inputIds()), PEFT.logits("pissa-dora"));
                assertThatThrownBy(() -> set.activate(Map.of("dora", 0.5)))
                        .hasMessageContaining("their lengths cannot be summed");
                assertThatThrownBy(() -> set.activate("third"))
                        .hasMessageContaining("is not one of [dora, pissa-dora]");
            }
            assertThatThrownBy(() -> AdapterSet.open(base, folders("first", "dora")))
                    .hasMessageContaining("some are decomposed (DoRA) and some are not");
            assertThatThrownBy(() -> AdapterSet.open(base, folders("first", "whole")))
                    .hasMessageContaining("trained as a whole");
        }
    }
}
