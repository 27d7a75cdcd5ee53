package dev.lancet.cli;

import static dev.lancet.cli.Ran.lancet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** {@code lancet tune --task classify} and {@code lancet evaluate --task classify}. */
class ClassifyCommandTest {

    private static final String FIXTURES = "../../src/test/resources/fixtures/";
    private static final String KERAS = FIXTURES + "keras-transformer-classifier/saved_model";
    private static final String TOKENIZER = FIXTURES + "lm-eval-reference/model/tokenizer.json";

    @TempDir
    private Path folder;

    private String rows = "";

    @BeforeEach
    void rows_of_three_classes() throws IOException {
        StringBuilder csv = new StringBuilder("headline,tone\n");
        for (int i = 0; i < 30; i++) {
            String tone = List.of("up", "down", "flat").get(i % 3);
            csv.append("It is ")
                    .append(tone)
                    .append(i == 4 ? " again".repeat(40) : "")
                    .append(',')
                    .append(tone)
                    .append('\n');
        }
        rows = Files.writeString(folder.resolve("rows.csv"), csv).toString();
    }

    @Test
    void a_classifier_is_trained_saved_and_measured() throws IOException {
        String out = folder.resolve("tuned").toString();
        Ran tuned = lancet(tune("--out", out, "--steps", "4", "--train", "head", "--json", "--quiet"));

        assertThat(tuned.err()).isEmpty();
        JsonNode json = tuned.json();
        assertThat(json.get("labels").toString()).isEqualTo("[\"down\",\"flat\",\"up\"]");
        assertThat(json.get("output").asString()).isEqualTo("output_0");
        assertThat(json.get("rows").asInt()).isEqualTo(24);
        assertThat(json.get("truncated").asInt()
                        + json.get("validation").get("truncated").asInt())
                .isEqualTo(1);
        assertThat(json.get("steps").asInt()).isEqualTo(4);
        assertThat(json.get("validation").get("rows").asInt()).isEqualTo(6);
        assertThat(json.get("validation").get("majority").asDouble()).isCloseTo(1.0 / 3, within(1e-12));
        assertThat(json.get("validation").get("macro_f1").isNumber()).isTrue();
        Path model = folder.resolve("tuned/model");
        assertThat(json.get("out").get(0).asString()).isEqualTo(model.toString());
        assertThat(Files.readString(model.resolve("assets.extra/labels.json"))).isEqualTo("""
                        {
                          "labels" : [ "down", "flat", "up" ],
                          "signature" : "serving_default",
                          "output" : "probabilities",
                          "sequence" : 32
                        }
                        """);
        assertThat(model.resolve("assets.extra/tokenizer.json")).hasSameBinaryContentAs(Path.of(TOKENIZER));

        Ran measured = lancet(evaluate(model, "--json", "--quiet", "--baseline", model.toString()));
        assertThat(measured.err()).isEmpty();
        assertThat(measured.json().get("task").asString()).isEqualTo("classify");
        assertThat(measured.json().get("rows").asInt()).isEqualTo(30);
        assertThat(measured.json().get("scorings").propertyNames()).containsExactly("class_probability");
        assertThat(measured.json().get("confusion")).hasSize(3);
        assertThat(measured.json().get("interval")).hasSize(2);
        assertThat(measured.json().get("baseline_accuracy").asDouble())
                .isEqualTo(measured.json().get("accuracy").asDouble());

        Ran some = lancet(evaluate(model, "--limit", "12", "--quiet"));
        assertThat(some.out())
                .startsWith("classify: 12 rows; always the most frequent answer gives accuracy ")
                .contains("by class probability accuracy ", "right \\ predicted  down  flat  up");
    }

    @Test
    void a_file_to_validate_on_may_lack_a_class_and_that_is_told() throws IOException {
        String valid = Files.writeString(folder.resolve("valid.csv"), "headline,tone\nIt is up,up\nIt is down,down\n")
                .toString();
        String out = folder.resolve("tuned").toString();
        Ran tuned = lancet(tune("--out", out, "--epochs", "0.5", "--validation", valid, "--quiet"));
        assertThat(tuned.err()).isEmpty();
        assertThat(tuned.out())
                .contains("30 rows of 3 classes on output 'output_0'")
                .contains("1 rows are longer than 32 tokens; their end was cut off")
                .contains("2 steps, 16 rows seen")
                .contains("validation of classify: 2 rows")
                .contains("no row to validate on has a class of [flat]")
                .contains("next: lancet evaluate " + folder.resolve("tuned/model") + " --task classify --data FILE");
    }

    @Test
    void wrong_rows_and_a_wrong_output_fail_in_one_line() {
        String out = folder.resolve("tuned").toString();
        assertThat(lancet(
                                "tune",
                                KERAS,
                                "--task",
                                "classify",
                                "--data",
                                rows,
                                "--tokenizer",
                                TOKENIZER,
                                "--label",
                                "tone",
                                "--quiet",
                                "--out",
                                out)
                        .err())
                .startsWith("error: rows: " + rows)
                .contains("has no text in a field 'text'; it has [headline, tone]; name the field with --field");
        Ran output = lancet(tune("--output", "embedding", "--quiet", "--out", out));
        assertThat(output.status()).isEqualTo(1);
        assertThat(output.err())
                .isEqualTo("error: output: there is none called 'embedding'; the model has output_0 (float [any, 3]);"
                        + " choose one with --output NAME\n");
        Ran tokenizer = lancet("tune", KERAS, "--task", "classify", "--data", rows, "--quiet", "--out", out);
        assertThat(tokenizer.status()).isEqualTo(1);
        assertThat(tokenizer.err()).contains("put a tokenizer.json there, or name one with --tokenizer FILE");
        assertThat(lancet(evaluate(Path.of(KERAS), "--quiet")).err()).contains("has no assets.extra/labels.json");
        assertThat(folder.resolve("tuned/model")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--task summarise|--task: summarise; tune knows only classify",
                "--output embedding|--output: embedding applies only to --task classify",
                "--task classify --train norms|--train: norms; with --task classify choose head, adapters or all",
                "--task classify --train head --rank 4|--rank, --alpha, --stabilised and --on describe adapters",
                "--task classify --adapter full|--adapter: full; with --task classify write --train all",
                "--task classify --dora|--dora: the adapters of a classifier are plain ones",
                "--task classify --bits 8|leave it out with --task classify",
                "--task classify --pack|--pack: it is for prompts with answers",
                "--task classify --hold-out 1|--hold-out: 1.0; it must be from 0 to below 1",
                "--task classify --hold-out 0 --validate-every 2|--validate-every: 2 needs held-out rows",
                "--task classify --hold-out 0.1 --validation x.csv|both say what to validate on",
            })
    void options_that_do_not_fit_are_wrong_usage(String options, String message) {
        List<String> command = new ArrayList<>(List.of("tune", KERAS, "--data", rows, "--out", "never"));
        command.addAll(List.of(options.split(" ", -1)));
        Ran ran = lancet(command.toArray(String[]::new));
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.err()).contains(message);
    }

    @Test
    void options_about_prompts_do_not_fit_a_measurement_of_a_classifier() {
        assertThat(lancet(evaluate(Path.of(KERAS), "--shots", "2")).err())
                .contains("--shots: 2 is about prompts; leave it out with --task classify");
        assertThat(lancet("evaluate", KERAS, "--task", "tfns", "--data", rows, "--tokenizer", TOKENIZER)
                        .err())
                .contains("--tokenizer: " + TOKENIZER + " applies only to --task classify");
    }

    private String[] tune(String... more) {
        List<String> command = new ArrayList<>(List.of(
                "tune",
                KERAS,
                "--task",
                "classify",
                "--data",
                rows,
                "--field",
                "headline",
                "--label",
                "tone",
                "--tokenizer",
                TOKENIZER));
        command.addAll(List.of(more));
        return command.toArray(String[]::new);
    }

    private String[] evaluate(Path model, String... more) {
        List<String> command = new ArrayList<>(List.of(
                "evaluate",
                model.toString(),
                "--task",
                "classify",
                "--data",
                rows,
                "--field",
                "headline",
                "--label",
                "tone"));
        command.addAll(List.of(more));
        return command.toArray(String[]::new);
    }
}
