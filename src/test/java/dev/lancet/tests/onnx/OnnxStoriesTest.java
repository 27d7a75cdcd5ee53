package dev.lancet.tests.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.dsl.Attention;
import dev.lancet.dsl.FeedForward;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.generate.DecodingSession;
import dev.lancet.runtime.generate.Sampler;
import dev.lancet.runtime.onnx.OnnxModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Exported folders as a whole: the text that they write, and what is refused. */
class OnnxStoriesTest {

    @TempDir
    Path temporary;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void stories260k_writes_the_greedy_text_of_llama2_c(boolean portable) {
        JsonNode golden = new JsonMapper().readTree(Exported.FIXTURES.resolve("stories260K/GOLDEN_greedy_ids.json"));
        int[] wanted = ints(golden.get("greedy_ids"));
        Path out = exported(portable);

        try (OnnxModel model = OnnxModel.open(out)) {
            int[] prompt = ints(golden.get("prompt_ids"));
            assertThat(wanted).hasSizeGreaterThanOrEqualTo(200);
            assertThat(model.generate(prompt, wanted.length, Sampler.greedy(), OptionalInt.empty(), id -> {}))
                    .containsExactly(wanted);
        }
    }

    /** The cache begins with room for 256 tokens. */
    @Test
    void a_text_past_the_first_room_of_the_cache_reads_on() {
        Path out = exported(false);
        int[] row = new int[400];
        Arrays.setAll(row, i -> 1 + i * 7 % 500);
        try (Model model = Model.open(Exported.FIXTURES.resolve("stories260K-hf"))) {
            float[][] logits = Exported.logits(out, row, 250);

            assertThat(Exported.distance(logits, model.logits(new int[][] {row})))
                    .isLessThan(1e-3);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_prompt_that_shares_its_beginning_with_the_text_before_goes_on_as_a_new_one(boolean portable) {
        try (OnnxModel model = OnnxModel.open(exported(portable));
                DecodingSession text = model.openSession();
                DecodingSession fresh = model.openSession()) {
            text.read(1, 17, 42, 3, 88, 5, 61);
            text.read(9);
            text.truncate(3);
            float[] logits = text.read(12, 90, 33);
            float[] wanted = fresh.read(1, 17, 42, 12, 90, 33);

            assertThat(text.length()).isEqualTo(6);
            assertThat(Exported.distance(new float[][] {logits}, wanted)).isLessThan(1e-5);
            assertThat(Exported.distance(new float[][] {text.read(7)}, fresh.read(7)))
                    .isLessThan(1e-5);
            assertThatThrownBy(() -> text.truncate(8)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_sliding_window_sees_as_much_as_in_lancet(boolean portable) {
        Transformer sliding = Transformer.decoder("sliding")
                .vocabulary(90)
                .context(64)
                .width(64)
                .layers(2)
                .attention(Attention.heads(4).kv(2).window(5))
                .feedForward(FeedForward.swiglu(96))
                .build();
        int[] row = new int[40];
        Arrays.setAll(row, i -> i * 13 % 90);
        Path out = temporary.resolve("onnx");
        try (Model model = Model.create(sliding, 3)) {
            Exported.export(model, portable, out);

            assertThat(Exported.distance(Exported.logits(out, row, 20), model.logits(new int[][] {row})))
                    .isLessThan(1e-3);
        }
    }

    @Test
    void arrays_that_are_missing_or_damaged_give_one_line() throws IOException {
        Path out = exported(false);
        Path weights = out.resolve("model.onnx.data");
        byte[] all = Files.readAllBytes(weights);
        Files.write(weights, Arrays.copyOf(all, all.length / 2));
        assertThatThrownBy(() -> OnnxModel.open(out).close())
                .isInstanceOf(LancetException.class)
                .hasMessageContaining("ONNX Runtime says")
                .message()
                .doesNotContain("\n");

        Files.delete(weights);
        assertThatThrownBy(() -> OnnxModel.open(out).close())
                .isInstanceOf(LancetException.class)
                .hasMessageContaining("there is no model.onnx.data beside it");

        Files.write(out.resolve("model.onnx"), new byte[] {1, 2, 3});
        assertThatThrownBy(() -> OnnxModel.open(out).close())
                .isInstanceOf(LancetException.class)
                .hasMessageContaining("is not an ONNX graph");
    }

    @Test
    void a_model_with_adapters_is_refused_and_leaves_no_folder() {
        Path out = temporary.resolve("onnx");
        try (Model model = Model.open(Exported.FIXTURES.resolve("hf-llama-tiny-gqa"));
                Model adapted = model.adapt(dev.lancet.Lancet.linears(), dev.lancet.Lancet.lora(4))) {
            assertThatThrownBy(() -> Exported.export(adapted, false, out))
                    .isInstanceOf(LancetException.class)
                    .hasMessageContaining("merge them into their matrices first");
        }
        assertThat(out).doesNotExist();
    }

    private Path exported(boolean portable) {
        Path out = temporary.resolve("onnx");
        try (Model model = Model.open(Exported.FIXTURES.resolve("stories260K-hf"))) {
            Exported.export(model, portable, out);
        }
        return out;
    }

    private static int[] ints(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToInt(JsonNode::intValue)
                .toArray();
    }
}
