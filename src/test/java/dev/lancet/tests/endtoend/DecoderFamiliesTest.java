package dev.lancet.tests.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lancet.runtime.Model;
import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.runtime.checkpoint.HuggingFace;
import dev.lancet.runtime.generate.Sampler;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Small random decoders of the families since LLaMA, beside what transformers 5.18 computes with them. */
class DecoderFamiliesTest {

    private static final String FOLDER = "hf-decoders-tiny/";

    @TempDir
    private Path temporary;

    @ParameterizedTest
    @ValueSource(strings = {"olmo2", "smollm3", "granite", "phi3", "pythia", "gpt-neox", "gemma2", "gemma3"})
    void a_decoder_computes_what_transformers_computes_and_comes_back(String name) {
        Fixture fixture = Fixture.named(FOLDER + name);
        Checkpoint read = Checkpoint.open(fixture.folder());
        assertThat(read.unused()).isEmpty();
        try (Model model = Model.open(fixture.folder())) {
            CheckpointLogitsTest.assertClose(model.logits(fixture.inputIds()), fixture.logits());
            JsonNode greedy = fixture.expected().get("greedy");
            int[] prompt = Fixture.ints(greedy.get("prompt_ids"));
            int[] wanted = Fixture.ints(greedy.get("new_ids"));
            int[] added = model.generate(prompt, wanted.length, Sampler.greedy(), OptionalInt.empty(), id -> {});
            assertThat(added).containsExactly(wanted);
        }
        Path out = temporary.resolve(name);
        HuggingFace.write(out, read.transformer(), read.weights(), read.tokenizer());
        Checkpoint again = Checkpoint.open(out);
        assertThat(again.transformer()).isEqualTo(read.transformer());
        assertThat(again.unused()).isEmpty();
        read.plan().arrays().forEach(array -> assertThat(again.weights().read(array.name()))
                .as(array.name())
                .isEqualTo(read.weights().read(array.name())));
    }
}
