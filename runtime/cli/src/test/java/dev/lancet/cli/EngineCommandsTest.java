package dev.lancet.cli;

import static dev.lancet.cli.Ran.lancet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** {@code --engine} of {@code lancet generate}, {@code evaluate} and {@code serve}. */
class EngineCommandsTest {

    private static final String FIXTURES = "../../src/test/resources/fixtures/";
    private static final String STORIES = FIXTURES + "stories260K-hf";
    private static final String IDS = FIXTURES + "stories260K-reference/test_ids.i32";
    private static final String ADAPTER = FIXTURES + "peft-lora-stories260K";
    private static final String CLASSIFIER = FIXTURES + "keras-transformer-classifier/saved_model";

    @TempDir
    private static Path folder;

    private static String exported;

    @BeforeAll
    static void export() {
        exported = folder.resolve("exported").toString();
        assertThat(lancet("export", STORIES, "--format", "onnx", "--out", exported)
                        .status())
                .isZero();
    }

    @Test
    void an_exported_folder_has_the_perplexity_of_its_original() {
        Ran ran = lancet(
                "evaluate",
                exported,
                "--ids",
                IDS,
                "--window",
                "256",
                "--baseline",
                STORIES,
                "--min-recovery",
                "0.99",
                "--json");

        assertThat(ran.status()).isZero();
        assertThat(ran.err()).contains("engine: onnx runs " + exported + ", because it is an exported folder\n");
        JsonNode json = ran.json();
        assertThat(json.get("recovery").asDouble()).isCloseTo(1, within(1e-4));
        assertThat(json.get("tokens").asInt()).isEqualTo(19_890);
    }

    @Test
    void a_task_of_an_exported_folder_is_measured_beside_its_original() {
        String model = FIXTURES + "lm-eval-reference/model";
        String rows = FIXTURES + "lm-eval-reference/piqa.jsonl";
        JsonNode json = lancet(
                        "evaluate", model, "--engine", "onnx", "--task", "piqa", "--data", rows, "--json", "--quiet")
                .json();

        assertThat(json.get("rows").asInt()).isEqualTo(6);
        assertThat(json.get("accuracy").asDouble()).isCloseTo(4.0 / 6, within(1e-12));
    }

    @Test
    void auto_takes_the_faster_engine_only_if_the_export_beside_a_model_is_its_own() throws IOException {
        Path model = copied("beside");
        lancet(
                "export",
                STORIES,
                "--format",
                "onnx",
                "--out",
                model.resolve("onnx").toString());
        Path other = copied("other");
        lancet(
                "export",
                STORIES,
                "--adapter",
                ADAPTER,
                "--format",
                "onnx",
                "--out",
                other.resolve("onnx").toString());

        assertThat(generated(model))
                .satisfies(ran -> assertThat(ran.status()).isZero())
                .satisfies(ran -> assertThat(ran.err())
                        .matches("engine: (onnx|tensorflow) runs " + model
                                + ", because in a trial onnx made [0-9.]+ tokens/s and tensorflow [0-9.]+\n"));
        assertThat(generated(other).err())
                .startsWith("engine: tensorflow runs " + other + ", because the logits of " + other.resolve("onnx")
                        + " are another model's: their relative distance is ");
        Files.writeString(model.resolve("onnx/model.onnx"), "damaged");
        assertThat(generated(model).err())
                .startsWith("engine: tensorflow runs " + model + ", because its export cannot be used (");
        Path alone = copied("alone");
        assertThat(generated(alone).err()).isEmpty();
        assertThat(generated(alone, "--engine", "auto").err())
                .isEqualTo("engine: tensorflow runs " + alone + ", because it is no exported folder\n");
    }

    private static Ran generated(Path model, String... more) {
        List<String> arguments = new ArrayList<>(
                List.of("generate", model.toString(), "--ids", "--prompt", "1 403 407", "--max-tokens", "8", "--json"));
        arguments.addAll(List.of(more));
        return lancet(arguments.toArray(String[]::new));
    }

    private static Path copied(String name) throws IOException {
        Path copy = Files.createDirectory(folder.resolve(name));
        for (String file : List.of("config.json", "model.safetensors", "tok512.bin")) {
            Files.copy(Path.of(STORIES).resolve(file), copy.resolve(file));
        }
        return copy;
    }

    @Test
    void a_draft_changes_no_greedy_text_and_its_share_is_told() {
        String small = folder.resolve("small").toString();
        lancet("compress", STORIES, "--bits", "4", "--group", "32", "--out", small);
        String[] command = {"generate", STORIES, "--prompt", "Once upon a time", "--max-tokens", "40", "--json"};
        JsonNode alone = lancet(command).json();

        for (String engine : List.of("tensorflow", "onnx")) {
            Ran ran = lancet(Stream.concat(
                            Stream.of(command), Stream.of("--draft", small, "--draft-tokens", "3", "--engine", engine))
                    .toArray(String[]::new));
            assertThat(ran.json().get("ids")).isEqualTo(alone.get("ids"));
            long proposed = ran.json().get("draft_proposed").asLong();
            long accepted = ran.json().get("draft_accepted").asLong();
            assertThat(proposed).isBetween(30L, 120L);
            assertThat(accepted).isBetween(20L, proposed);
            assertThat(ran.json().get("draft_share").asDouble()).isCloseTo((double) accepted / proposed, within(1e-12));
            assertThat(ran.err()).contains("draft: " + accepted + " of " + proposed + " proposed tokens accepted; ");
        }
    }

    @Test
    void a_draft_that_does_not_fit_is_refused_in_words() {
        assertThat(lancet("generate", STORIES, "--prompt", "a", "--draft-tokens", "3", "--quiet")
                        .err())
                .isEqualTo("error: --draft-tokens: 3; it needs --draft MODEL\n");
        assertThat(lancet("generate", STORIES, "--prompt", "a", "--draft", STORIES, "--draft-tokens", "0", "--quiet")
                        .err())
                .isEqualTo("error: --draft-tokens: 0; propose 1 to 64 at a time\n");
        assertThat(lancet("generate", STORIES, "--prompt", "a", "--draft", FIXTURES + "hf-gpt2-tiny", "--quiet")
                        .err())
                .startsWith("error: draft: ")
                .contains(" has a vocabulary of ")
                .contains(" one of 512; take a draft with the same tokens");
        assertThat(lancet("serve", CLASSIFIER, "--draft", STORIES).err())
                .isEqualTo("error: --draft: " + STORIES + "; an encoder generates no text, so leave it out\n");
    }

    @Test
    void what_an_engine_cannot_do_is_refused_in_words() {
        assertThat(lancet("generate", exported, "--engine", "tensorflow", "--prompt", "a")
                        .err())
                .isEqualTo("error: --engine: tensorflow cannot run " + exported
                        + ", which is an exported folder; name the model that was exported, or choose onnx\n");
        assertThat(lancet("evaluate", STORIES, "--ids", IDS, "--engine", "mlx").err())
                .isEqualTo("error: --engine: mlx; choose tensorflow, onnx or auto\n");
        assertThat(lancet("serve", exported, "--device", "cpu").err())
                .isEqualTo("error: --device: cpu; ONNX Runtime runs on the processor, so leave it out\n");
        assertThat(lancet("serve", STORIES, "--engine", "onnx", "--adapter", ADAPTER)
                        .err())
                .isEqualTo("error: --adapter: " + ADAPTER
                        + "; ONNX Runtime runs no adapter, so export the model with lancet export --adapter first\n");
        assertThat(lancet("serve", CLASSIFIER, "--engine", "onnx").err())
                .isEqualTo("error: --engine: onnx; only TensorFlow runs a graph, so leave it out\n");
        assertThat(lancet("evaluate", CLASSIFIER, "--inputs", "none.npz", "--engine", "tensorflow")
                        .err())
                .isEqualTo("error: --engine: tensorflow; only TensorFlow runs a graph, so leave it out\n");
        assertThat(lancet("evaluate", CLASSIFIER, "--task", "classify", "--data", "none.csv", "--engine", "onnx")
                        .err())
                .isEqualTo("error: --engine: onnx; only TensorFlow runs a graph, so leave it out\n");
    }
}
