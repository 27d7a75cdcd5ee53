package dev.lancet.tests.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.runtime.Model;
import dev.lancet.runtime.generate.Sampler;
import java.util.OptionalInt;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Logits and greedy tokens of transformers 5.18, stored beside the checkpoints. */
class CheckpointLogitsTest {

    private static final float TOLERANCE = 2e-4f;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hf-gpt2-tiny",
                "hf-llama-tiny-gqa",
                "hf-llama-tiny-sharded",
                "hf-mistral-tiny",
                "hf-qwen2-tiny",
                "hf-qwen3-tiny",
                "stories260K-hf"
            })
    void a_hugging_face_checkpoint_computes_the_logits_that_transformers_computes(String name) {
        Fixture fixture = Fixture.named(name);
        try (Model model = Model.open(fixture.folder())) {
            assertClose(model.logits(fixture.inputIds()), fixture.logits());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hf-gpt2-tiny",
                "hf-llama-tiny-gqa",
                "hf-llama-tiny-sharded",
                "hf-mistral-tiny",
                "hf-qwen2-tiny",
                "hf-qwen3-tiny"
            })
    void a_hugging_face_checkpoint_continues_a_prompt_as_transformers_does(String name) {
        Fixture fixture = Fixture.named(name);
        JsonNode greedy = fixture.expected().get("greedy");
        int[] prompt = Fixture.ints(greedy.get("prompt_ids"));
        int[] wanted = Fixture.ints(greedy.get("new_ids"));
        try (Model model = Model.open(fixture.folder())) {
            int[] added = model.generate(prompt, wanted.length, Sampler.greedy(), OptionalInt.empty(), id -> {});
            assertThat(added).containsExactly(wanted);
        }
    }

    static void assertClose(float[] actual, float[] wanted) {
        assertThat(actual).hasSameSizeAs(wanted);
        for (int i = 0; i < wanted.length; i++) {
            assertThat(actual[i]).as("logit %d", i).isCloseTo(wanted[i], within(TOLERANCE));
        }
    }
}
