package dev.lancet.tests.onnx;

import static dev.lancet.Lancet.int4;
import static dev.lancet.Lancet.linears;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lancet.dsl.Compression;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.generate.DraftModel;
import dev.lancet.runtime.generate.DraftStatistics;
import dev.lancet.runtime.generate.Generation;
import dev.lancet.runtime.generate.GenerationSettings;
import dev.lancet.runtime.generate.Sampler;
import dev.lancet.runtime.generate.TextGenerator;
import dev.lancet.runtime.generate.TokenGenerator;
import dev.lancet.runtime.language.TextModel;
import dev.lancet.runtime.onnx.OnnxModel;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The compressed stories260K as the draft of its original, in both engines. */
class DraftTest {

    private static final Path STORIES = Exported.FIXTURES.resolve("stories260K-hf");
    private static final Compression SMALLER =
            Compression.keepAll().on(linears()).quantize(int4(32));
    private static final JsonNode GOLDEN =
            new JsonMapper().readTree(Exported.FIXTURES.resolve("stories260K/GOLDEN_greedy_ids.json"));

    @TempDir
    Path temporary;

    private static int[] ints(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToInt(JsonNode::intValue)
                .toArray();
    }

    private static void writesTheTextOfLlama2c(TextModel large, TextModel small) {
        int[] wanted = ints(GOLDEN.get("greedy_ids"));
        try (TextGenerator texts = new TextGenerator(large.engine(), new DraftModel(small.engine(), 4))) {
            TokenGenerator.Tokens tokens =
                    texts.generate(ints(GOLDEN.get("prompt_ids")), wanted.length, Sampler.greedy(), id -> true);

            assertThat(tokens.ids().stream().mapToInt(Integer::intValue).toArray())
                    .containsExactly(wanted);
            DraftStatistics use = tokens.draft().orElseThrow();
            assertThat(use.proposed()).isGreaterThan(100);
            assertThat(use.share()).isBetween(0.5, 0.999);
        }
    }

    @Test
    void tensorflow_writes_the_greedy_text_of_llama2_c_with_a_draft() {
        try (Model large = Model.open(STORIES);
                Model small = large.compress(SMALLER)) {
            writesTheTextOfLlama2c(large, small);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void onnx_runtime_writes_the_greedy_text_of_llama2_c_with_a_draft(boolean portable) {
        try (Model large = Model.open(STORIES);
                Model small = large.compress(SMALLER)) {
            Exported.export(large, portable, temporary.resolve("large"));
            Exported.export(small, portable, temporary.resolve("small"));
        }
        try (OnnxModel large = OnnxModel.open(temporary.resolve("large"));
                OnnxModel small = OnnxModel.open(temporary.resolve("small"))) {
            writesTheTextOfLlama2c(large, small);
        }
    }

    @Test
    void a_conversation_with_a_draft_goes_on_as_without_one() {
        GenerationSettings settings = GenerationSettings.of(30).stopAt("the park");
        List<String> prompts = List.of("Once upon a time", "Once upon a time, there was a boy", "One day");
        try (Model large = Model.open(STORIES);
                Model small = large.compress(SMALLER);
                TextGenerator alone = large.generator();
                TextGenerator drafted = new TextGenerator(large.engine(), new DraftModel(small.engine(), 3))) {
            for (String prompt : prompts) {
                Generation wanted = alone.generate(prompt, settings, piece -> true);
                Generation generated = drafted.generate(prompt, settings, piece -> true);

                assertThat(generated.text()).isEqualTo(wanted.text());
                assertThat(generated.ids()).isEqualTo(wanted.ids());
                assertThat(generated.end()).isEqualTo(wanted.end());
                assertThat(wanted.draft()).isEmpty();
            }
        }
    }
}
