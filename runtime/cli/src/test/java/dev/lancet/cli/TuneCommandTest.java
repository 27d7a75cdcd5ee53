package dev.lancet.cli;

import static dev.lancet.cli.Ran.lancet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lancet.cli.console.Console;
import dev.lancet.cli.console.Interruption;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Fine-tuning, what it leaves, and merging that. */
class TuneCommandTest {

    private static final Path FIXTURES = Path.of("../../src/test/resources/fixtures");
    private static final String STORIES = FIXTURES.resolve("stories260K-hf").toString();
    private static final String PEFT = FIXTURES.resolve("peft-lora-stories260K").toString();

    @TempDir
    private Path folder;

    private String text = "";

    @BeforeEach
    void some_stories() throws IOException {
        String all = Files.readString(FIXTURES.resolve("text-tinystories/tinystories.txt"));
        text = Files.writeString(folder.resolve("stories.txt"), all.substring(0, 6_000))
                .toString();
    }

    @Test
    void a_model_is_tuned_on_the_answers_of_a_table_for_some_epochs() throws IOException {
        StringBuilder rows = new StringBuilder("text,label\n");
        for (int i = 0; i < 24; i++) {
            rows.append("story ")
                    .append(i)
                    .append(',')
                    .append(i % 2 == 0 ? "good" : "bad")
                    .append('\n');
        }
        String csv = Files.writeString(folder.resolve("labels.csv"), rows).toString();
        String[] wording = {
            "--template", "{text}\\nIt is", "--label", "label", "--hold-out", "0.25", "--json", "--quiet"
        };

        JsonNode seen = lancet(joined(new String[] {"corpus", csv, "--model", STORIES, "--show", "2"}, wording))
                .json();
        assertThat(seen.get("examples").asInt()).isEqualTo(24);
        assertThat(seen.get("held_out_examples").asInt()).isEqualTo(6);
        assertThat(seen.get("sequences").asInt()).isEqualTo(18);
        JsonNode example = seen.get("example");
        assertThat(example.get("pieces").get(0).get("text").asString()).isEqualTo("story 1\nIt is");
        assertThat(example.get("pieces").get(1).get("loss").asBoolean()).isTrue();
        assertThat(example.get("ends_with_end_token").asBoolean()).isTrue();
        assertThat(example.get("ids").size()).isEqualTo(example.get("loss").size());
        assertThat(example.get("loss").get(0).asBoolean()).isFalse();

        String out = folder.resolve("by-examples").toString();
        String[] tune = {
            "tune",
            STORIES,
            "--examples",
            csv,
            "--adapter",
            "full",
            "--epochs",
            "4",
            "--batch",
            "6",
            "--rate",
            "2e-3",
            "--out",
            out
        };
        JsonNode tuned = lancet(joined(tune, wording)).json();
        assertThat(tuned.get("steps").asInt()).isEqualTo(12);
        assertThat(tuned.get("examples").get("answer_tokens")).isEqualTo(seen.get("answer_tokens"));
        assertThat(tuned.get("loss").asDouble()).isLessThan(2);
        assertThat(folder.resolve("by-examples/model")).isDirectory();
    }

    private static String[] joined(String[] first, String[] second) {
        return Stream.concat(Stream.of(first), Stream.of(second)).toArray(String[]::new);
    }

    @Test
    void options_for_examples_that_contradict_each_other_are_refused() {
        assertThat(lancet("tune", STORIES, "--out", "x").err())
                .startsWith("error: --data and --examples: give one of them");
        assertThat(lancet("tune", STORIES, "--out", "x", "--data", text, "--pack")
                        .err())
                .isEqualTo("error: --pack: it is for examples; name their file with --examples instead of --data\n");
        assertThat(lancet("tune", STORIES, "--out", "x", "--data", text, "--epochs", "2")
                        .err())
                .isEqualTo("error: --epochs: 2.0 is for --examples; use --steps with --data\n");
        assertThat(lancet("tune", STORIES, "--out", "x", "--examples", text, "--epochs", "2", "--steps", "3")
                        .err())
                .isEqualTo("error: --epochs and --steps: both say how long to train; give only one\n");
        assertThat(lancet("corpus", text, "--label", "x").err())
                .isEqualTo("error: --label: it is for examples; name their model with --model\n");
    }

    @Test
    void a_tuned_model_predicts_its_text_better_and_merges_without_loss() {
        Ran ran = tune("tuned", "--steps", "16", "--rate", "1e-2", "--rank", "4", "--json", "--quiet");
        JsonNode tuned = ran.json();
        String adapter = folder.resolve("tuned/adapter").toString();
        assertThat(ran.err()).isEmpty();
        assertThat(tuned.propertyNames())
                .contains("steps", "tokens", "tokens_per_second", "loss", "validation_loss", "out");
        assertThat(tuned.get("tokens").asInt()).isEqualTo(16 * 4 * 32);
        assertThat(tuned.get("validation_loss").asDouble()).isPositive();
        assertThat(tuned.get("trained_parameters").asInt()).isEqualTo(23_120);
        assertThat(tuned.get("parameters").asInt()).isEqualTo(260_032 + 23_120);
        assertThat(tuned.get("out")).singleElement().satisfies(out -> assertThat(out.asString())
                .isEqualTo(adapter));
        assertThat(folder.resolve("tuned/metrics.jsonl")).content().hasLineCount(17);

        JsonNode with = lancet(
                        "evaluate", STORIES, "--adapter", adapter, "--text", text, "--baseline", STORIES, "--json")
                .json();
        assertThat(with.get("recovery").asDouble())
                .as("old perplexity over new")
                .isGreaterThan(1.05);
        assertThat(lancet("generate", STORIES, "--adapter", adapter, "--prompt", "Once", "--max-tokens", "2", "--json")
                        .json()
                        .get("ids"))
                .hasSize(2);

        String merged = folder.resolve("merged").toString();
        JsonNode merge =
                lancet("merge", STORIES, adapter, "--out", merged, "--json").json();
        assertThat(merge.get("max_drift").asDouble()).isBetween(0.0, 1e-3);
        assertThat(merge.get("mean_drift").asDouble())
                .isLessThanOrEqualTo(merge.get("max_drift").asDouble());
        assertThat(merge.get("layers")).hasSize(35).allSatisfy(layer -> {
            assertThat(layer.get("error").asDouble()).isZero();
            assertThat(layer.get("sqnr_db").isNull()).isTrue();
        });
    }

    @Test
    void adapters_of_quantized_layers_are_saved_continued_and_merged_with_their_rounding_error() {
        Ran ran = tune("tuned", "--steps", "6", "--rate", "1e-2", "--bits", "4", "--on", "h.*.attn.*");
        String model = folder.resolve("tuned/model").toString();
        assertThat(ran.out())
                .startsWith("trained ")
                .contains("adapters beside 20 layers; 35 frozen matrices in fewer bits")
                .doesNotContain("not validated")
                .contains("saved " + folder.resolve("tuned/adapter"), "saved " + model)
                .contains("next: lancet generate " + model + " --prompt", "lancet merge " + model + " --out");
        JsonNode query = lancet("inspect", model, "--json").json().get("layers").get(1);
        assertThat(query.get("dtype").asString()).startsWith("int4");
        assertThat(query.get("adapter").asString()).isEqualTo("lora(8)");

        JsonNode codes = lancet("merge", model, "--out", folder.resolve("codes").toString(), "--json")
                .json();
        assertThat(codes.get("layers")).hasSize(20).allSatisfy(layer -> {
            assertThat(layer.get("error").asDouble()).isBetween(1e-4, 0.2);
            assertThat(layer.get("sqnr_db").asDouble()).isBetween(10.0, 80.0);
        });
        assertThat(codes.get("max_drift").asDouble()).isBetween(1e-3, 10.0);
        Ran floats = lancet(
                "merge",
                model,
                "--format",
                "hf",
                "--out",
                folder.resolve("floats").toString());
        assertThat(floats.out()).contains("h.0-4.attn.q  exact", "20 adapters merged; logits drift by ");
        assertThat(lancet("inspect", folder.resolve("floats").toString()).out()).startsWith("hugging_face: ");

        assertThat(lancet(
                        "tune",
                        model,
                        "--data",
                        text,
                        "--out",
                        folder.resolve("x").toString(),
                        "--rank",
                        "4"))
                .isEqualTo(new Ran(
                        2,
                        "",
                        "error: --rank: 4; " + model
                                + " already has adapters, and their training continues unchanged; leave the"
                                + " option out, or merge them first\n"));
        JsonNode more = tuneOf(model, "more", "--steps", "2", "--json").json();
        assertThat(more.get("out")).hasSize(2);
    }

    @Test
    void an_interrupted_tuning_resumes_to_the_same_adapters() {
        String[] options = {
            "--steps",
            "4",
            "--rank",
            "2",
            "--on",
            "h.0.mlp.*",
            "--on",
            "h.1.attn.q",
            "--stabilised",
            "--hold-out",
            "0.01"
        };
        assertThat(tune("whole", options).status()).isZero();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
        Interruption interruption = new Interruption();
        interruption.request();
        Console console = new Console(stream, stream, Map.of(), false, interruption);
        assertThat(Main.run(console, arguments(STORIES, "parts", options))).isEqualTo(130);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .isEqualTo("error: interrupted: after step 1 of 4; the state is kept, continue with --resume\n");
        assertThat(folder.resolve("parts/adapter")).doesNotExist();

        List<String> again = new ArrayList<>(List.of(options));
        again.add("--resume");
        assertThat(tune("parts", again.toArray(String[]::new)).out())
                .contains(
                        "adapters beside 4 layers\n4 steps",
                        "\nnot validated: the held-out text is shorter" + " than a batch; ");
        assertThat(folder.resolve("parts/adapter/adapter_model.safetensors"))
                .hasSameBinaryContentAs(folder.resolve("whole/adapter/adapter_model.safetensors"));
        assertThat(folder.resolve("parts/model")).doesNotExist();
    }

    @Test
    void all_of_a_model_is_tuned_on_demand() {
        JsonNode tuned =
                tune("tuned", "--steps", "2", "--adapter", "full", "--json").json();
        assertThat(tuned.get("trained_parameters")).isEqualTo(tuned.get("parameters"));
        assertThat(tuned.get("out")).singleElement().satisfies(out -> assertThat(out.asString())
                .isEqualTo(folder.resolve("tuned/model").toString()));
        assertThat(folder.resolve("tuned/adapter")).doesNotExist();
        assertThat(tune("tuned", "--steps", "2", "--adapter", "full"))
                .isEqualTo(new Ran(
                        1,
                        "",
                        "error: " + folder.resolve("tuned/model") + ": exists already; choose another path or"
                                + " remove it first\n"));
        assertThat(tune("tuned", "--steps", "2", "--adapter", "full", "--resume")
                        .status())
                .isZero();
    }

    @Test
    void adapters_of_peft_are_inspected_and_merged() {
        assertThat(lancet("inspect", STORIES, "--adapter", PEFT).out()).contains("float32 + lora(4)\n");
        assertThat(lancet(
                                "merge",
                                STORIES,
                                PEFT,
                                "--out",
                                folder.resolve("merged").toString())
                        .out())
                .startsWith("  h.0-4.attn.q  exact\n")
                .contains("15 adapters merged; logits drift by ");
        assertThat(lancet("merge", STORIES, "--out", folder.resolve("x").toString()))
                .isEqualTo(new Ran(
                        2, "", "error: merge: " + STORIES + " has no adapters; name a folder of adapters after it\n"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--adapter full --rank 4 | --rank: 4; --adapter full trains all weights, without adapters; leave the option out, or choose --adapter lora",
                "--adapter full --on h.* | --on: h.*; --adapter full trains all weights, without adapters; leave the option out, or choose --adapter lora",
                "--adapter full --bits 8 | --bits: int8 freezes the layers, so --adapter full cannot train them; choose --adapter lora, or quantize afterwards with lancet compress",
                "--adapter dora          | --adapter: dora; choose lora or full",
                "--rank 0                | lora: rank 0; it must be at least 1",
                "--group 32              | --group: 32 applies only with --bits 4 or --bits nf4; add one of them",
                "--dtype fp8             | --dtype: fp8; choose fp32, bf16, fp16 or auto",
                "--steps 0               | steps: 0; at least 1 is needed",
                "--hold-out 1            | holdOut: 1.0; it must be at least 0 and less than 1, for example 0.05",
                "--stop-early 2          | --stop-early: 2 needs validations during the training; add --validate-every 50",
                "--hold-out 0 --validate-every 5 | --validate-every: 5 needs held-out text; leave out --hold-out 0",
            })
    void contradictory_options_are_wrong_usage(String options, String error) {
        List<String> all = new ArrayList<>(List.of("tune", STORIES, "--data", text, "--out", folder + "/x"));
        all.addAll(List.of(options.split(" ", -1)));
        assertThat(lancet(all.toArray(String[]::new))).isEqualTo(new Ran(2, "", "error: " + error + "\n"));
    }

    @Test
    void a_model_that_cannot_be_tuned_prints_one_line() {
        assertThat(tune("x", "--on", "embedding").err()).startsWith("error: plan: embedding is a table");
        assertThat(tune("x", "--on", "h.*.atn.q").err())
                .contains("selects nothing in stories260K-hf; near it: h.0.attn.q");
        assertThat(lancet("tune", "gpt2-127m", "--data", text, "--out", folder + "/x")
                        .err())
                .isEqualTo("error: model: gpt2-127m is a preset, which has no weights; name a model with weights\n");
        assertThat(folder.resolve("x")).doesNotExist();
    }

    private Ran tune(String out, String... options) {
        return tuneOf(STORIES, out, options);
    }

    private Ran tuneOf(String model, String out, String... options) {
        return lancet(arguments(model, out, options));
    }

    private String[] arguments(String model, String out, String... options) {
        String target = folder.resolve(out).toString();
        return Stream.concat(
                        Stream.of("tune", model, "--data", text, "--out", target, "--batch", "4", "--sequence", "32"),
                        Stream.of(options))
                .toArray(String[]::new);
    }
}
