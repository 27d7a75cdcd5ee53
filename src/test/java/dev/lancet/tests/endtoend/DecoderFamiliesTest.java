package dev.lancet.tests.endtoend;

import static dev.lancet.Lancet.adamW;
import static dev.lancet.Lancet.everything;
import static dev.lancet.Lancet.feedForward;
import static dev.lancet.Lancet.int8;
import static dev.lancet.Lancet.linears;
import static dev.lancet.Lancet.lora;
import static dev.lancet.Lancet.rank;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.runtime.checkpoint.HuggingFace;
import dev.lancet.runtime.checkpoint.peft.Peft;
import dev.lancet.runtime.generate.Sampler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

    @ParameterizedTest
    @ValueSource(strings = {"olmo2", "smollm3", "granite", "phi3", "pythia", "gemma2", "gemma3"})
    void a_decoder_is_compressed_adapted_and_trained(String name) {
        Fixture fixture = Fixture.named(FOLDER + name);
        Compression codes = Compression.keepAll()
                .on(everything())
                .quantize(int8())
                .on(feedForward())
                .factorise(rank(32).allowLarger(), int8());
        Path small = temporary.resolve("small");
        Path peft = temporary.resolve("peft");
        try (Model model = Model.open(fixture.folder());
                Model compressed = model.compress(codes);
                Model adapted = compressed.adapt(linears(), lora(2))) {
            float[] before = compressed.logits(fixture.inputIds());
            assertThat(distance(before, fixture.logits())).isLessThan(0.1);
            compressed.save(small);
            try (Model again = Model.open(small)) {
                assertThat(again.logits(fixture.inputIds())).containsExactly(before);
            }
            adapted.train(ids(), new int[0], adamW(2, 1e-2).batch(2).sequence(12));
            float[] after = adapted.logits(fixture.inputIds());
            assertThat(distance(after, before)).isBetween(1e-3, 1.0);
            // PEFT has one layer where the file has one array for several matrices.
            Peft.write(peft, adapted.transformer(), adapted.plan(), adapted.weights());
            try (Model again = compressed.adapt(peft)) {
                CheckpointLogitsTest.assertClose(again.logits(fixture.inputIds()), after);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "phi3, '\"rope_scaling\": null', '\"rope_scaling\": {\"type\": \"longrope\"}', 'key ''rope_scaling.type'' is longrope'",
        "gemma3, '\"use_bidirectional_attention\": false', '\"use_bidirectional_attention\": true', 'use_bidirectional_attention'",
        "gpt-neox, '\"partial_rotary_factor\": 0.5', '\"partial_rotary_factor\": 0.1', 'that gives an even number'",
        "gemma2, '\"model_type\": \"gemma2\"', '\"model_type\": \"gemma3\"', 'is not supported'"
    })
    void what_cannot_be_computed_is_refused(String name, String there, String instead, String message)
            throws IOException {
        Path folder = Files.createDirectory(temporary.resolve(name));
        String config = Files.readString(Fixture.named(FOLDER + name).folder().resolve("config.json"));
        assertThat(config).contains(there);
        Files.writeString(folder.resolve("config.json"), config.replace(there, instead));
        assertThatThrownBy(() -> HuggingFace.transformer(folder))
                .isInstanceOf(LancetException.class)
                .hasMessageContaining(message);
    }

    private static int[] ids() {
        return new Random(7).ints(200, 3, 61).toArray();
    }

    /** {@code ‖a − b‖ / ‖b‖}. */
    private static double distance(float[] a, float[] b) {
        double difference = 0;
        double size = 0;
        for (int i = 0; i < b.length; i++) {
            difference += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
            size += (double) b[i] * b[i];
        }
        return Math.sqrt(difference / size);
    }
}
