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
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The commands that compute, on a model that is hardly one. */
class WorkTest {

    @TempDir
    private Path folder;

    @Test
    void a_recipe_is_carried_out_and_its_models_serve_the_other_commands() throws IOException {
        String recipe = Workshop.recipe(folder).toString();
        String dense = folder.resolve("report/dense").toString();
        String small = folder.resolve("report/small").toString();
        String text = folder.resolve("text.txt").toString();

        Ran run = lancet("run", recipe, "--json", "--quiet");
        assertThat(run.err()).isEmpty();
        JsonNode outcome = run.json();
        assertThat(outcome.propertyNames()).contains("model", "plan", "training", "evaluation", "outputs");
        assertThat(outcome.get("training")).singleElement().satisfies(training -> {
            assertThat(training.get("steps").asInt()).isEqualTo(4);
            assertThat(training.get("tokens").asInt()).isEqualTo(4 * 2 * 16);
        });
        assertThat(outcome.get("evaluation")).hasSize(2);
        assertThat(outcome.get("candidates")).hasSize(2);
        for (JsonNode output : outcome.get("outputs")) {
            assertThat(Path.of(output.asString())).exists();
        }

        assertThat(lancet("run", recipe))
                .isEqualTo(new Ran(
                        1,
                        "",
                        "error: " + dense
                                + ": exists already; choose another path, or replace what a former run wrote with"
                                + " --force\n"));

        JsonNode inspected = lancet("inspect", small, "--json").json();
        assertThat(inspected.get("format").asString()).isEqualTo("lancet");
        assertThat(inspected.get("layers").get(1).get("dtype").asString()).isEqualTo("int8");

        JsonNode generated = lancet("generate", dense, "--prompt", "The ", "--max-tokens", "4", "--json")
                .json();
        assertThat(generated.propertyNames()).contains("text", "ids", "tokens_per_second");
        assertThat(generated.get("ids")).hasSize(4);
        assertThat(lancet("generate", dense, "--prompt", "The ", "--max-tokens", "4")
                        .out())
                .isEqualTo(generated.get("text").asString() + "\n");
        assertThat(lancet("generate", dense, "--ids", "--prompt", "84 104 101 32", "--max-tokens", "4", "--json")
                        .json()
                        .get("ids"))
                .isEqualTo(generated.get("ids"));

        JsonNode evaluated = lancet("evaluate", small, "--text", text, "--baseline", dense, "--json")
                .json();
        assertThat(evaluated.propertyNames()).contains("perplexity", "tokens", "recovery");
        String words = "The Committee met and met again";
        Path plain = Files.writeString(folder.resolve("plain.txt"), words);
        Path rows = Files.writeString(folder.resolve("rows.csv"), "id,body\n1," + words + "\n");
        assertThat(lancet("evaluate", small, "--text", rows.toString(), "--field", "body", "--json")
                        .json()
                        .get("perplexity"))
                .isEqualTo(lancet("evaluate", small, "--text", plain.toString(), "--json")
                        .json()
                        .get("perplexity"));
        Path beginning = Files.writeString(folder.resolve("beginning.txt"), words.substring(0, 12));
        assertThat(lancet("evaluate", small, "--text", plain.toString(), "--limit", "12", "--json")
                        .json()
                        .get("perplexity"))
                .isEqualTo(lancet("evaluate", small, "--text", beginning.toString(), "--json")
                        .json()
                        .get("perplexity"));
        Ran failed = lancet("evaluate", small, "--text", text, "--baseline", dense, "--min-recovery", "2");
        assertThat(failed.status()).isEqualTo(1);
        assertThat(failed.out()).startsWith("perplexity ").contains(", recovery ");
        assertThat(failed.err()).startsWith("error: recovery: ").contains(" is below 2.0; ");

        String slim = folder.resolve("slim").toString();
        Ran compressed = lancet("compress", dense, "--bits", "4", "--out", slim, "--json");
        assertThat(compressed.json().get("steps")).hasSize(7).allSatisfy(step -> {
            assertThat(step.get("error").asDouble()).isBetween(1e-4, 0.3);
            assertThat(step.get("sqnr_db").asDouble()).isBetween(10.0, 80.0);
            assertThat(step.get("seconds").asDouble()).isNotNegative();
        });
        assertThat(folder.resolve("slim")).isDirectoryContaining("glob:**/report.{json,md,html}");
        assertThat(lancet("plan", slim, "--json").json().get("bytes_after"))
                .isEqualTo(compressed.json().get("bytes_after"));
        assertThat(lancet("compress", dense, "--bits", "4", "--out", slim))
                .isEqualTo(new Ran(
                        1, "", "error: " + slim + ": exists already; choose another path or remove" + " it first\n"));
    }

    @Test
    void an_interrupted_training_exits_with_130_and_resumes_to_the_same_model() throws IOException {
        String recipe = Workshop.recipe(folder).toString();
        String whole = folder.resolve("whole").toString();
        String parts = folder.resolve("parts").toString();
        assertThat(lancet("train", recipe, "--out", whole, "--quiet").status()).isZero();

        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Interruption interruption = new Interruption();
        interruption.request();
        PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
        Console console = new Console(stream, stream, Map.of(), false, interruption);
        assertThat(Main.run(console, "train", recipe, "--out", parts)).isEqualTo(130);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .isEqualTo("error: interrupted: after step 1 of 4; the state is kept, continue with --resume\n");

        assertThat(lancet("train", recipe, "--out", parts).err())
                .startsWith("error: training: " + parts + " already has a training; continue it with --resume");
        JsonNode resumed =
                lancet("train", recipe, "--out", parts, "--resume", "--json").json();
        assertThat(resumed.propertyNames()).contains("steps", "tokens", "tokens_per_second", "loss", "validation_loss");
        assertThat(resumed.get("steps").asInt()).isEqualTo(4);
        assertThat(folder.resolve("parts/model/model.safetensors"))
                .hasSameBinaryContentAs(folder.resolve("whole/model/model.safetensors"));
    }

    @Test
    void an_interrupted_run_continues_from_its_saved_state() throws IOException {
        String recipe = Workshop.recipe(folder).toString();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Interruption interruption = new Interruption();
        interruption.request();
        PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
        Console console = new Console(stream, stream, Map.of(), false, interruption);
        assertThat(Main.run(console, "run", recipe)).isEqualTo(130);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .isEqualTo("error: interrupted: after step 1 of 4; the state is kept, continue with --resume\n");

        Path kept = folder.resolve("report/training");
        assertThat(kept.resolve("dense/stage-1/state-00000001.safetensors")).exists();
        assertThat(lancet("run", recipe).err())
                .isEqualTo("error: run: " + kept
                        + " has an interrupted run; continue it with --resume, or start anew with --force\n");
        JsonNode document = lancet("run", recipe, "--resume", "--json").json();
        assertThat(document.get("training").get(0).get("steps").asInt()).isEqualTo(4);
        assertThat(document.get("training").get(0).get("best_step").isNull()).isTrue();
        assertThat(folder.resolve("report/report.html")).content().contains("Tokens per second over training steps");
        assertThat(kept.resolve("dense/stage-1/metrics.jsonl")).content().hasLineCount(5);
    }

    @Test
    void an_early_end_is_an_option_too() throws IOException {
        String recipe = Workshop.recipe(folder).toString();
        String out = folder.resolve("early").toString();
        assertThat(lancet("train", recipe, "--out", out, "--stop-early", "2").err())
                .isEqualTo("error: stopEarly: 2 needs validations before the end; add validateEvery(50)\n");
        JsonNode ended = lancet("train", recipe, "--out", out, "--validate-every", "1", "--stop-early", "2", "--json")
                .json();
        assertThat(ended.get("best_step").asInt()).isBetween(1, 4);
        assertThat(lancet("train", recipe, "--out", out + "2", "--resume", "--from", out)
                        .status())
                .isEqualTo(2);
    }

    @Test
    void work_that_fails_prints_one_line() throws IOException {
        String recipe = Workshop.recipe(folder).toString();

        assertThat(lancet(
                                "compress",
                                "gpt2-127m",
                                "--bits",
                                "8",
                                "--out",
                                folder.resolve("x").toString())
                        .err())
                .isEqualTo("error: model: gpt2-127m is a preset, which has no weights; name a model with weights\n");
        assertThat(lancet("compress", "gpt2-127m", "--out", folder.resolve("x").toString()))
                .isEqualTo(new Ran(
                        2,
                        "",
                        "error: rules: none given; add --rank, --ratio, --energy, --bits, --lora, --budget"
                                + " or --fold, or name a recipe\n"));
        assertThat(lancet(
                                "train",
                                recipe,
                                "--candidate",
                                "x",
                                "--out",
                                folder.resolve("y").toString())
                        .err())
                .isEqualTo("error: train: x is not pre-trained by the recipe; it pre-trains [dense]\n");
        assertThat(lancet("evaluate", "x"))
                .isEqualTo(
                        new Ran(
                                2,
                                "",
                                "error: evaluate: x has nothing to read; add --text FILE, --ids FILE, --inputs FILE, --pairs FILE or --task NAME\n"));
        assertThat(lancet("evaluate", "x", "--inputs", "y", "--limit", "5"))
                .isEqualTo(
                        new Ran(2, "", "error: --limit: 5 applies only to --task, --text and --ids; leave it out\n"));
        assertThat(lancet("evaluate", "x", "--text", "y", "--limit", "1"))
                .isEqualTo(new Ran(2, "", "error: --limit: 1 tokens have no loss; give at least 2\n"));
        assertThat(lancet("evaluate", "x", "--text", "y", "--min-recovery", "1"))
                .isEqualTo(new Ran(
                        2, "", "error: --min-recovery: 1.0 has nothing to compare with; add" + " --baseline MODEL\n"));
        assertThat(lancet("evaluate", "x", "--ids", "y", "--field", "body"))
                .isEqualTo(new Ran(
                        2, "", "error: --field: body applies only to --text and --task classify; leave it out\n"));
        assertThat(lancet("generate", "x", "--prompt", "y", "--temperature", "-1"))
                .isEqualTo(new Ran(2, "", "error: temperature: -1.0; it must be 0 or more\n"));
        assertThat(folder.resolve("x")).doesNotExist();
        assertThat(Files.exists(folder.resolve("y"))).isFalse();
    }
}
