package dev.lancet.cli;

import static dev.lancet.cli.Ran.lancet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** {@code lancet evaluate --task}. */
class TaskCommandTest {

    private static final String REFERENCE = "../../src/test/resources/fixtures/lm-eval-reference/";
    private static final String MODEL = REFERENCE + "model";
    private static final String PIQA = REFERENCE + "piqa.jsonl";

    @TempDir
    private Path folder;

    @Test
    void a_task_is_measured_beside_a_baseline() {
        Ran ran = lancet(
                "evaluate",
                MODEL,
                "--task",
                "piqa",
                "--data",
                PIQA,
                "--by",
                "both",
                "--baseline",
                MODEL,
                "--min-recovery",
                "1",
                "--json",
                "--quiet");

        assertThat(ran.err()).isEmpty();
        assertThat(ran.status()).isZero();
        JsonNode json = ran.json();
        assertThat(json.get("rows").asInt()).isEqualTo(6);
        assertThat(json.get("accuracy").asDouble()).isCloseTo(4.0 / 6, within(1e-12));
        assertThat(json.get("macro_f1").asDouble()).isCloseTo(0.625, within(1e-12));
        assertThat(json.get("majority").asDouble()).isEqualTo(0.5);
        assertThat(json.get("interval")).hasSize(2);
        assertThat(json.get("unparsed").asInt()).isZero();
        assertThat(json.get("recovery").asDouble()).isEqualTo(1);
        assertThat(json.get("scorings").propertyNames()).containsExactly("likelihood", "normalised", "generate");
        assertThat(json.get("scorings").get("normalised").get("accuracy").asDouble())
                .isEqualTo(0.5);
        assertThat(json.get("scorings").get("generate").get("unparsed").asInt()).isPositive();
        assertThat(json.get("scorings").get("generate").get("unparsed_examples"))
                .isNotEmpty();
    }

    @Test
    void a_task_of_ones_own_is_declared_by_options_and_shown_as_a_table() throws IOException {
        Path data = Files.writeString(folder.resolve("rows.csv"), "q,kind\nA door,0\nA bag,1\nSoup,1\n");

        Ran ran = lancet(
                "evaluate",
                MODEL,
                "--task",
                "own",
                "--data",
                data.toString(),
                "--template",
                "Question: {q}\\nAnswer:",
                "--answer",
                "kind",
                "--label",
                "0=no",
                "--label",
                "1=yes",
                "--quiet");

        assertThat(ran.err()).isEmpty();
        assertThat(ran.out())
                .startsWith("own: 3 rows; always the most frequent answer gives accuracy 0.6667\n")
                .contains("by likelihood accuracy 0.6667 (95 %:", "right \\ predicted  no  yes\n");
    }

    @Test
    void a_recovery_that_is_too_low_or_means_nothing_fails() throws IOException {
        Path data = Files.writeString(folder.resolve("rows.csv"), "q,label\nA door,no\nA bag,yes\n");
        String[] command = {
            "evaluate",
            MODEL,
            "--task",
            "own",
            "--data",
            data.toString(),
            "--template",
            "{q}?",
            "--label",
            "no",
            "--label",
            "yes",
            "--baseline",
            MODEL,
            "--min-recovery",
            "0.9",
            "--quiet"
        };

        Ran ran = lancet(command);

        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.err())
                .startsWith("error: recovery: the baseline's accuracy 0.5000 is not above the 0.5000 of always giving");
    }

    @Test
    void wrong_usage_names_the_option_and_the_way_out() {
        wrong("--task: tfns has no rows; add --data FILE", "--task", "tfns");
        wrong("--task: 'tfn' is not known; choose one of fpb, fiqa, tfns,", "--task", "tfn", "--data", PIQA);
        wrong("--by: luck; choose likelihood, generate or both", "--task", "piqa", "--data", PIQA, "--by", "luck");
        wrong("--limit: 0 rows; at least 1 is needed", "--task", "piqa", "--data", PIQA, "--limit", "0");
        wrong("--shots: 1 applies only to --task", "--text", PIQA, "--shots", "1");
        wrong(
                "--label: yes applies only to a task with --template",
                "--task",
                "piqa",
                "--data",
                PIQA,
                "--label",
                "yes");
        wrong(
                "--label: the value 'Yes' is given twice",
                "--task",
                "own",
                "--data",
                PIQA,
                "--template",
                "{goal}",
                "--label",
                "yes",
                "--label",
                "Yes=no");
    }

    private static void wrong(String message, String... options) {
        String[] arguments = new String[options.length + 2];
        arguments[0] = "evaluate";
        arguments[1] = MODEL;
        System.arraycopy(options, 0, arguments, 2, options.length);

        Ran ran = lancet(arguments);

        assertThat(ran.status()).as(ran.err()).isEqualTo(2);
        assertThat(ran.err()).contains(message);
    }

    @Test
    void a_row_that_does_not_fit_is_one_line_with_its_place() {
        Ran ran = lancet("evaluate", MODEL, "--task", "own", "--data", PIQA, "--template", "{question}:", "--quiet");

        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.err())
                .isEqualTo("error: task: " + PIQA
                        + ", line 1 has no field 'question', only goal, sol1, sol2, label; correct the template or the"
                        + " row\n");
    }
}
