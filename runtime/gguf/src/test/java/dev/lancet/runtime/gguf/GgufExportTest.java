package dev.lancet.runtime.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.compression.matrix.Matrix;
import dev.lancet.compression.quant.Quantizer;
import dev.lancet.dsl.Attention;
import dev.lancet.dsl.FeedForward;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Norm;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.io.Progress;
import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.runtime.checkpoint.safetensors.Dtype;
import dev.lancet.runtime.gguf.file.GgufType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Exported files against those of llama.cpp's own Python package, and against what the model stores. */
class GgufExportTest {

    private static final Path FIXTURES = Path.of("../../src/test/resources/fixtures");
    private static final Path REFERENCE = FIXTURES.resolve("gguf-reference");
    private static final Path STORIES = FIXTURES.resolve("stories260K-hf");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource(
            value = GgufType.class,
            names = {"FLOAT32", "FLOAT16", "Q8_0", "Q4_0"})
    void a_file_is_byte_for_byte_that_of_llama_cpps_python_package(GgufType type) {
        Path out = folder.resolve("model.gguf");
        GgufResult result = export(Checkpoint.open(REFERENCE.resolve("model")), Optional.of(type), out);

        assertThat(out).hasSameBinaryContentAs(REFERENCE.resolve("model-" + type + ".gguf"));
        assertThat(out).hasSize(result.bytes());
        assertThat(result.rounded()).hasSize(type == GgufType.FLOAT32 ? 0 : 8);
        assertThat(result.tokenizer()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"32, Q4_0", "64, Q4_0", "8, Q8_0"})
    void codes_are_kept_and_only_their_scales_are_rounded_to_float16(int group, GgufType type) {
        Precision precision = type == GgufType.Q8_0 ? Precision.int8() : Precision.int4(group);
        Checkpoint model = quantized(Checkpoint.open(REFERENCE.resolve("model")), precision);
        Path out = folder.resolve("model.gguf");
        GgufResult result = export(model, Optional.empty(), out);
        GgufFile file = GgufFile.read(out);

        assertThat(result.types()).containsOnlyKeys(type);
        assertThat(result.kept()).hasSize(8);
        assertThat(result.rounded()).isEmpty();
        assertThat(result.unpacked()).isEmpty();
        for (String[] pair : new String[][] {
            {"h.0.mlp.down", "blk.0.ffn_down.weight"},
            {"h.0.attn.v", "blk.0.attn_v.weight"},
            {"embedding", "token_embd.weight"}
        }) {
            StoredMatrix stored = model.plan().step(pair[0]).baseMatrices().get(0);
            Matrix values = Quantizer.unpack(stored, model.weights());
            boolean table = pair[0].equals("embedding");
            GgufFile.Tensor tensor = file.tensors().get(pair[1]);
            for (int row = 0; row < tensor.shape().get(1); row++) {
                float[] read = tensor.row(row);
                for (int i = 0; i < read.length; i++) {
                    float exact = table ? values.at(row, i) : values.at(i, row);
                    // Half a unit in the last place of float16, 2^-11; a rounded code would be off by 1/254 at least.
                    assertThat(read[i]).isCloseTo(exact, within(Math.abs(exact) * 0x1p-11f));
                }
            }
        }
    }

    @Test
    void queries_and_keys_of_qwen2_keep_their_order() {
        Path out = folder.resolve("model.gguf");
        Checkpoint model = Checkpoint.open(FIXTURES.resolve("hf-qwen2-tiny"));
        export(model, Optional.empty(), out);
        GgufFile file = GgufFile.read(out);

        Matrix query = Matrix.of(model.weights().read("h.0.attn.q"));
        GgufFile.Tensor tensor = file.tensors().get("blk.0.attn_q.weight");
        for (int row = 0; row < query.columns(); row++) {
            float[] column = new float[query.rows()];
            for (int i = 0; i < column.length; i++) {
                column[i] = query.at(i, row);
            }
            assertThat(tensor.row(row)).containsExactly(column);
        }
        assertThat(file.values())
                .containsEntry("general.architecture", "qwen2")
                .containsEntry("tokenizer.ggml.model", "no_vocab")
                .containsKey("qwen2.rope.freq_base");
        assertThat(file.tensors()).containsKeys("blk.0.attn_q.bias", "output_norm.weight");
    }

    @Test
    void norms_of_queries_and_keys_are_tensors_of_qwen3() {
        Path out = folder.resolve("model.gguf");
        Checkpoint model = Checkpoint.open(FIXTURES.resolve("hf-qwen3-tiny"));
        export(model, Optional.empty(), out);
        GgufFile file = GgufFile.read(out);

        assertThat(file.values())
                .containsEntry("general.architecture", "qwen3")
                .containsKey("qwen3.attention.key_length");
        for (String of : List.of("q", "k")) {
            assertThat(file.tensors().get("blk.1.attn_" + of + "_norm.weight").row(0))
                    .containsExactly(model.weights().readFloats("h.1.attn." + of + ".norm.gain"));
        }
    }

    @Test
    void biases_beside_the_norms_of_queries_and_keys_are_refused() {
        Transformer biased = Transformer.decoder("biased")
                .vocabulary(64)
                .context(64)
                .width(32)
                .layers(1)
                .attention(Attention.heads(2).bias().qkNorm(Norm.rmsNorm(1e-5)))
                .feedForward(FeedForward.swiglu(32))
                .build();

        assertThatThrownBy(() -> GgufExport.check(biased))
                .isInstanceOf(LancetException.class)
                .hasMessage("export: biased has biases in its attention, which llama.cpp does not read for qwen3;"
                        + " choose --format onnx");
    }

    @Test
    void codes_that_gguf_does_not_have_become_floats_or_the_type_that_is_asked_for() {
        Checkpoint nf4 = quantized(Checkpoint.open(REFERENCE.resolve("model")), Precision.nf4(32));
        GgufResult floats = export(nf4, Optional.empty(), folder.resolve("floats.gguf"));
        GgufResult again = export(nf4, Optional.of(GgufType.Q8_0), folder.resolve("again.gguf"));
        Checkpoint narrow = quantized(Checkpoint.open(REFERENCE.resolve("model")), Precision.int4(16));
        GgufResult groups = export(narrow, Optional.empty(), folder.resolve("groups.gguf"));

        assertThat(floats.unpacked()).hasSize(8);
        assertThat(floats.types()).containsOnlyKeys(GgufType.FLOAT32);
        assertThat(again.unpacked()).isEmpty();
        assertThat(again.roundedAgain()).hasSize(8);
        assertThat(again.rounded()).isEmpty();
        assertThat(again.roundedInputs()).isEqualTo(8);
        assertThat(groups.unpacked()).hasSize(8);
    }

    @Test
    void rows_that_blocks_do_not_divide_stay_float32() {
        Path out = folder.resolve("stories.gguf");
        GgufResult result = export(Checkpoint.open(STORIES), Optional.of(GgufType.Q8_0), out);
        GgufFile file = GgufFile.read(out);

        // The hidden layer has 172 numbers.
        assertThat(result.types()).containsEntry(GgufType.FLOAT32, 5).containsEntry(GgufType.Q8_0, 31);
        assertThat(file.tensors().get("blk.0.ffn_down.weight").type()).isZero();
        assertThat(file.tensors()).doesNotContainKey("output.weight");
        assertThat(file.values()).containsEntry("general.file_type", 7);
    }

    @Test
    void a_llama2_c_tokenizer_becomes_pieces_with_scores() {
        Path out = folder.resolve("stories.gguf");
        export(Checkpoint.open(STORIES), Optional.empty(), out);
        GgufFile file = GgufFile.read(out);

        assertThat(file.list("tokenizer.ggml.tokens").subList(0, 4)).containsExactly("<unk>", "<s>", "</s>", "<0x00>");
        assertThat(file.list("tokenizer.ggml.tokens")).hasSize(512).contains("\u2581the", "e");
        assertThat(file.list("tokenizer.ggml.token_type").subList(0, 4)).containsExactly(2, 3, 3, 6);
        assertThat(file.list("tokenizer.ggml.scores").get(261)).isEqualTo(-2f);
        assertThat(file.values())
                .containsEntry("tokenizer.ggml.model", "llama")
                .containsEntry("tokenizer.ggml.bos_token_id", 1)
                .containsEntry("tokenizer.ggml.add_bos_token", true)
                .containsEntry("tokenizer.ggml.add_space_prefix", true);
    }

    @Test
    void without_its_tokenizer_a_model_has_no_vocabulary() {
        Path out = folder.resolve("stories.gguf");
        GgufResult result =
                new GgufExport(Checkpoint.open(STORIES), Optional.empty(), false, Progress.silent()).write(out);

        assertThat(result.tokenizer()).isFalse();
        assertThat(GgufFile.read(out).values())
                .containsEntry("tokenizer.ggml.model", "no_vocab")
                .doesNotContainKey("tokenizer.ggml.tokens");
    }

    @Test
    void the_context_is_no_longer_than_the_window_of_attention() {
        Transformer sliding = Transformer.decoder("sliding")
                .vocabulary(64)
                .context(64)
                .width(32)
                .layers(1)
                .attention(Attention.heads(2).window(16))
                .feedForward(FeedForward.swiglu(32))
                .build();
        Path out = folder.resolve("sliding.gguf");
        GgufResult result = export(random(sliding, 1), Optional.empty(), out);

        assertThat(result.context()).isEqualTo(16);
        assertThat(GgufFile.read(out).values()).containsEntry("llama.context_length", 16);
    }

    @Test
    void a_model_of_another_family_or_in_another_form_is_refused_in_one_line() {
        Path out = folder.resolve("model.gguf");
        Checkpoint gpt2 = Checkpoint.open(FIXTURES.resolve("hf-gpt2-tiny"));
        assertThatThrownBy(() -> export(gpt2, Optional.empty(), out))
                .isInstanceOf(LancetException.class)
                .hasMessage(
                        "export: hf-gpt2-tiny has the architecture gpt2, but gguf is for llama, mistral, qwen2 and qwen3;"
                                + " choose --format onnx");

        Checkpoint dense = Checkpoint.open(STORIES);
        Step factored = Step.factorise(dense.plan().step("h.0.attn.q").weight(), 8, Precision.float32(), "a test");
        assertThatThrownBy(
                        () -> export(dense.with(dense.plan().with(factored), dense.weights()), Optional.empty(), out))
                .hasMessageContaining("multiply them out first");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void a_type_that_no_matrix_would_have_is_refused() {
        Checkpoint model = quantized(Checkpoint.open(REFERENCE.resolve("model")), Precision.int8());

        assertThatThrownBy(() -> export(model, Optional.of(GgufType.Q4_0), folder.resolve("model.gguf")))
                .isInstanceOf(LancetException.class)
                .hasMessage("--type: q4_0; all layers of model are codes that keep their form, so leave it out");
    }

    @ParameterizedTest
    @ValueSource(strings = {"h.0.mlp.down", "h.0.mlp.norm.gain"})
    void a_failure_in_the_middle_leaves_no_file(String damaged) throws IOException {
        Checkpoint model = Checkpoint.open(REFERENCE.resolve("model"));
        List<HostTensor> arrays = new ArrayList<>();
        for (ArraySpec array : model.plan().arrays()) {
            float[] values = model.weights().readFloats(array.name());
            if (array.name().equals(damaged)) {
                Arrays.fill(values, 1, 2, Float.NaN);
            }
            arrays.add(HostTensor.of(array, values));
        }
        Path out = folder.resolve("model.gguf");
        assertThatThrownBy(() -> export(model.with(model.plan(), Weights.of(arrays)), Optional.empty(), out))
                .isInstanceOf(LancetException.class)
                .hasMessage(
                        "export: " + damaged + " contains NaN; only finite weights can be exported; check the model");
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left.filter(file ->
                            file.toString().contains("gguf") && !file.toString().endsWith("lock")))
                    .isEmpty();
        }
    }

    @Test
    void a_tokenizer_that_is_damaged_or_of_another_model_is_refused() throws IOException {
        Path model = Files.createDirectory(folder.resolve("model"));
        for (String file : new String[] {"config.json", "model.safetensors"}) {
            Files.copy(REFERENCE.resolve("model").resolve(file), model.resolve(file));
        }
        Path out = folder.resolve("model.gguf");
        Map<String, String> refusals = Map.of(
                "\"x\"", "; ids are whole numbers from 0 to ",
                "60000000", "export: the tokenizer has 60000001 tokens, but the model has ");
        for (Map.Entry<String, String> refusal : refusals.entrySet()) {
            Files.writeString(
                    model.resolve("tokenizer.json"),
                    "{\"model\": {\"type\": \"BPE\", \"merges\": [], \"vocab\": {\"a\": " + refusal.getKey() + "}}}");
            assertThatThrownBy(() -> export(Checkpoint.open(model), Optional.empty(), out))
                    .isInstanceOf(LancetException.class)
                    .hasMessageContaining(refusal.getValue());
            assertThat(out).doesNotExist();
        }
    }

    @Test
    void a_number_beyond_the_largest_float16_names_the_way_out() {
        Transformer tiny = Transformer.decoder("tiny")
                .vocabulary(64)
                .context(64)
                .width(32)
                .layers(1)
                .attention(Attention.heads(2))
                .feedForward(FeedForward.swiglu(32))
                .build();
        assertThatThrownBy(
                        () -> export(random(tiny, 1e6f), Optional.of(GgufType.FLOAT16), folder.resolve("large.gguf")))
                .hasMessageContaining("the largest float16 is 65504")
                .hasMessageContaining("--type float32");
    }

    private static GgufResult export(Checkpoint model, Optional<GgufType> type, Path out) {
        return new GgufExport(model, type, true, Progress.silent()).write(out);
    }

    /** The model with every matrix rounded to nearest. */
    private static Checkpoint quantized(Checkpoint model, Precision precision) {
        Plan plan = model.plan()
                .with(model.plan().steps().stream()
                        .map(step -> Step.quantize(step.weight(), precision, "a test"))
                        .toList());
        List<HostTensor> arrays = new ArrayList<>();
        plan.steps()
                .forEach(step -> arrays.addAll(Quantizer.pack(
                        step.baseMatrices().get(0),
                        Matrix.of(model.weights().read(step.weight().name())))));
        plan.vectors().forEach(vector -> arrays.add(model.weights().read(vector.name())));
        return model.with(plan, Weights.of(arrays));
    }

    private static Checkpoint random(Transformer transformer, float size) {
        Plan plan = Plan.dense(transformer);
        List<HostTensor> arrays = new ArrayList<>();
        for (ArraySpec array : plan.arrays()) {
            float[] values = new float[Math.toIntExact(array.elements())];
            for (int i = 0; i < values.length; i++) {
                values[i] = size * (i % 7 - 3);
            }
            arrays.add(HostTensor.of(array, values));
        }
        return new Checkpoint(transformer, plan, Weights.of(arrays), Optional.empty(), List.of(), Dtype.F32);
    }
}
