package dev.lancet.cli;

import static dev.lancet.cli.Ran.lancet;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** {@code lancet export}, and {@code lancet generate} with what it writes. */
class ExportCommandTest {

    private static final String FIXTURES = "../../src/test/resources/fixtures/";
    private static final String STORIES = FIXTURES + "stories260K-hf";
    private static final String ADAPTER = FIXTURES + "peft-lora-stories260K";

    @TempDir
    private Path folder;

    @Test
    void an_adapter_is_merged_into_the_exported_model() {
        String exported = folder.resolve("exported").toString();
        String merged = folder.resolve("merged").toString();
        assertThat(lancet("export", STORIES, "--adapter", ADAPTER, "--format", "onnx", "--out", exported)
                        .status())
                .isZero();
        assertThat(lancet("merge", STORIES, ADAPTER, "--out", merged).status()).isZero();

        assertThat(generated(exported)).isEqualTo(generated(merged)).isNotEqualTo(generated(STORIES));
    }

    @Test
    void codes_that_an_adapter_rounds_again_are_told() {
        String small = folder.resolve("small").toString();
        lancet("compress", STORIES, "--bits", "8", "--out", small);

        Ran ran = lancet(
                "export",
                small,
                "--adapter",
                ADAPTER,
                "--format",
                "onnx",
                "--out",
                folder.resolve("x").toString());

        assertThat(ran.out())
                .contains(" matrices of codes were rounded again with their adapters: h.0-4.attn.q")
                .contains(
                        "quality: unknown; ",
                        " matrices were rounded again; ONNX Runtime rounds the inputs of 35 products")
                .doesNotContain("the codes are the same");
    }

    private static JsonNode generated(String model) {
        return lancet("generate", model, "--ids", "--prompt", "1 403 407", "--max-tokens", "24", "--json", "--quiet")
                .json()
                .get("ids");
    }

    @Test
    void an_export_of_codes_says_that_nobody_has_measured_it() {
        String small = folder.resolve("small").toString();
        lancet("compress", STORIES, "--bits", "8", "--out", small);
        String plain = folder.resolve("plain").toString();
        String exact = folder.resolve("exact").toString();
        String portable = folder.resolve("portable").toString();

        assertThat(lancet("export", small, "--format", "onnx", "--out", plain).out())
                .contains("saved " + plain + ": ")
                .contains("quality: unknown; the codes are the same, but ONNX Runtime rounds the inputs of 35 products"
                        + " to 8 bits");
        assertThat(lancet("export", small, "--format", "onnx", "--portable", "--out", portable, "--json")
                        .json()
                        .get("rounded_inputs")
                        .asInt())
                .isEqualTo(35);
        assertThat(lancet("export", STORIES, "--format", "onnx", "--out", exact).out())
                .startsWith("saved " + exact)
                .doesNotContain("quality");
    }

    @Test
    void gguf_says_what_is_rounded_and_what_nobody_has_measured() {
        String small = folder.resolve("small").toString();
        lancet(
                "compress",
                STORIES,
                "--bits",
                "8",
                "--rank",
                "16",
                "--allow-larger",
                "--on",
                "*.down",
                "--bits",
                "8",
                "--out",
                small);
        String out = folder.resolve("model.gguf").toString();
        JsonNode document = lancet("export", small, "--format", "gguf", "--out", out, "--json")
                .json();

        assertThat(document.get("files")).hasSize(1);
        assertThat(document.get("bytes").asLong())
                .isEqualTo(Path.of(out).toFile().length());
        // The layers "down" have 172 inputs, which no blocks of 32 divide, and all others have two factors.
        assertThat(document.get("merged")).hasSize(30);
        assertThat(document.get("unpacked")).hasSize(5);
        assertThat(document.get("types").get("float32").asInt()).isEqualTo(36);

        String again = folder.resolve("again.gguf").toString();
        assertThat(lancet("export", small, "--format", "gguf", "--type", "q8_0", "--out", again)
                        .out())
                .contains(
                        "30 matrices are in one piece now, because GGUF has no factors and no adapters: h.0-4.attn.q, ")
                .contains("5 matrices became floats, because GGUF has no type for their codes: h.0-4.mlp.down\n")
                .contains("saved " + again + ": ")
                .contains(
                        "quality: unknown; 31 matrices were rounded; llama.cpp rounds the inputs of 31 products to 8 bits");
    }

    @Test
    void an_adapter_is_merged_into_an_exported_file() throws IOException {
        String plain = folder.resolve("plain.gguf").toString();
        String tuned = folder.resolve("tuned.gguf").toString();
        String merged = folder.resolve("merged").toString();
        String of = folder.resolve("of-merged.gguf").toString();
        lancet("export", STORIES, "--format", "gguf", "--out", plain);
        lancet("export", STORIES, "--adapter", ADAPTER, "--format", "gguf", "--out", tuned);
        lancet("merge", STORIES, ADAPTER, "--out", merged);
        lancet("export", merged, "--format", "gguf", "--out", of);

        assertThat(Path.of(tuned)).hasSameBinaryContentAs(Path.of(of));
        assertThat(Path.of(plain)).hasSize(Path.of(tuned).toFile().length());
        assertThat(Files.mismatch(Path.of(plain), Path.of(tuned))).isPositive();
    }

    @Test
    void a_hugging_face_folder_is_dense_or_keeps_its_factors() {
        String small = folder.resolve("small").toString();
        lancet("compress", STORIES, "--rank", "16", "--bits", "8", "--allow-larger", "--out", small);
        String dense = folder.resolve("dense").toString();
        String factored = folder.resolve("factored").toString();

        assertThat(lancet("export", small, "--format", "huggingface", "--fold", "--out", dense)
                        .out())
                .startsWith("35 matrices are in one piece of float32 now: h.0-4.attn.q, h.0-4.attn.k, ")
                .contains("saved " + dense + ": ");
        assertThat(Path.of(dense, "model.safetensors")).exists();
        assertThat(Path.of(dense, "tok512.bin")).exists();
        assertThat(generated(dense)).isEqualTo(generated(small));

        Ran ran = lancet("export", small, "--format", "huggingface", "--out", factored, "--json");
        assertThat(ran.json().get("factors")).hasSize(35);
        assertThat(ran.json().get("merged")).isEmpty();
        assertThat(Path.of(factored, "factored.safetensors")).exists();
        assertThat(Path.of(factored, "model.safetensors")).doesNotExist();
    }

    @Test
    void a_folder_for_tensorflow_serving_has_the_graph_its_variables_and_the_tokenizer() {
        String out = folder.resolve("served").toString();
        JsonNode document = lancet("export", STORIES, "--format", "savedmodel", "--out", out, "--json")
                .json();

        assertThat(document.get("files").valueStream().map(JsonNode::asString))
                .containsExactly(
                        "assets.extra/tok512.bin",
                        "saved_model.pb",
                        "variables/variables.data-00000-of-00001",
                        "variables/variables.index");
        assertThat(document.get("end_token").asInt()).isEqualTo(2);
        assertThat(lancet("generate", out, "--prompt", "a"))
                .satisfies(ran -> assertThat(ran.status()).isEqualTo(1))
                .satisfies(ran -> assertThat(ran.err()).startsWith("error: ").containsOnlyOnce("\n"));
        assertThat(lancet("export", FIXTURES + "hf-qwen2-tiny", "--format", "savedmodel", "--out", out + "-bare")
                        .out())
                .startsWith("end token: none, because the model has no tokenizer with one; ")
                .contains("saved " + out + "-bare: ");
    }

    @Test
    void a_classifier_becomes_onnx_and_nothing_else() {
        String classifier = FIXTURES + "keras-transformer-classifier/saved_model";
        String out = folder.resolve("classifier").toString();

        JsonNode document = lancet("export", classifier, "--format", "onnx", "--out", out, "--json")
                .json();

        assertThat(document.get("files").valueStream().map(JsonNode::asString))
                .containsExactly("model.onnx", "model.onnx.data");
        assertThat(document.get("rounded_inputs").asInt()).isZero();
        assertThat(lancet("generate", out, "--prompt", "a").err())
                .isEqualTo("error: " + Path.of(out, "model.onnx")
                        + ": is the export of a graph, which only ONNX Runtime itself runs; name the SavedModel or the"
                        + " frozen graph for Lancet's commands\n");
        assertThat(lancet("export", classifier, "--format", "gguf", "--out", out + ".gguf")
                        .err())
                .isEqualTo(
                        "error: --format: gguf; keras-transformer-classifier is a graph, for which there is onnx only\n");
        assertThat(lancet("export", classifier, "--format", "onnx", "--adapter", ADAPTER, "--out", out + "2")
                        .err())
                .isEqualTo("error: --adapter: " + ADAPTER + "; a graph takes no adapter, so leave it out\n");
    }

    @Test
    void fold_without_factors_and_factors_without_a_place_are_refused() {
        String small = folder.resolve("small").toString();
        String out = folder.resolve("out").toString();
        lancet("compress", FIXTURES + "hf-gpt2-tiny", "--rank", "8", "--out", small);

        assertThat(lancet("export", STORIES, "--format", "huggingface", "--fold", "--out", out)
                        .err())
                .isEqualTo("error: --fold: stories260K-hf has no factors and no corrections, so leave it out\n");
        assertThat(lancet("export", small, "--format", "huggingface", "--out", out)
                        .err())
                .isEqualTo("error: export: the factors of h.0.attn.q have no place in a Hugging Face folder; multiply"
                        + " them out with --fold\n");
        assertThat(lancet("export", small, "--format", "huggingface", "--fold", "--out", out)
                        .status())
                .isZero();
    }

    @Test
    void options_of_another_format_are_refused() {
        String out = folder.resolve("out.gguf").toString();
        assertThat(lancet("export", STORIES, "--format", "onnx", "--type", "q8_0", "--out", out)
                        .err())
                .isEqualTo("error: --type: q8_0; only --format gguf has it, so leave it out\n");
        assertThat(lancet("export", STORIES, "--format", "gguf", "--portable", "--out", out)
                        .err())
                .isEqualTo("error: --portable: true; only --format onnx has it, so leave it out\n");
        assertThat(lancet("export", STORIES, "--format", "gguf", "--type", "q5_k", "--out", out)
                        .err())
                .isEqualTo("error: --type: q5_k; choose one of float32, float16, q4_0, q8_0, bfloat16\n");
        assertThat(lancet(
                                "export",
                                STORIES,
                                "--format",
                                "gguf",
                                "--out",
                                folder.resolve("folder").toString())
                        .err())
                .contains("; gguf is one file, so name it ")
                .endsWith("folder.gguf\n");
        assertThat(lancet("export", FIXTURES + "hf-qwen2-tiny", "--format", "gguf", "--without-tokenizer", "--out", out)
                        .err())
                .isEqualTo("error: --without-tokenizer: there is none beside the model, so leave it out\n");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void wrong_usage_is_one_line_and_writes_nothing() {
        String out = folder.resolve("out").toString();
        assertThat(lancet("export", STORIES, "--format", "tflite", "--out", out))
                .isEqualTo(
                        new Ran(2, "", "error: --format: tflite; choose one of onnx, gguf, huggingface, savedmodel\n"));
        assertThat(lancet("export", STORIES, "--format", "onnx", "--out", folder.toString()))
                .satisfies(ran -> assertThat(ran.status()).isEqualTo(1))
                .satisfies(
                        ran -> assertThat(ran.err()).contains(folder.toString()).containsOnlyOnce("\n"));
        assertThat(lancet("export", folder.resolve("none").toString(), "--format", "onnx", "--out", out))
                .satisfies(ran -> assertThat(ran.status()).isEqualTo(1))
                .satisfies(ran -> assertThat(ran.err()).contains("none").containsOnlyOnce("\n"));
        assertThat(Path.of(out)).doesNotExist();
    }

    @Test
    void options_that_an_engine_or_an_encoder_does_not_have_are_refused() {
        String classifier = FIXTURES + "keras-transformer-classifier/saved_model";
        assertThat(lancet("generate", STORIES, "--engine", "onnx", "--prompt", "a", "--device", "cpu")
                        .err())
                .isEqualTo("error: --device: cpu; ONNX Runtime runs on the processor, so leave it out\n");
        assertThat(lancet("generate", STORIES, "--engine", "onnx", "--prompt", "a", "--adapter", ADAPTER)
                        .err())
                .isEqualTo("error: --adapter: " + ADAPTER
                        + "; ONNX Runtime runs no adapter, so export the model with lancet export --adapter first\n");
        assertThat(lancet("serve", classifier, "--adapter", ADAPTER).err())
                .isEqualTo("error: --adapter: " + ADAPTER + "; an encoder takes no adapter, so leave it out\n");
    }
}
