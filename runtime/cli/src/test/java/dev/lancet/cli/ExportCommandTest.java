package dev.lancet.cli;

import static dev.lancet.cli.Ran.lancet;
import static org.assertj.core.api.Assertions.assertThat;

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
    void wrong_usage_is_one_line_and_writes_nothing() {
        String out = folder.resolve("out").toString();
        assertThat(lancet("export", STORIES, "--format", "gguf", "--out", out))
                .isEqualTo(new Ran(2, "", "error: --format: gguf; choose onnx\n"));
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
