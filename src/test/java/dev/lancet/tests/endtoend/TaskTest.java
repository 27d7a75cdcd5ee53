package dev.lancet.tests.endtoend;

import static dev.lancet.Lancet.adamW;
import static dev.lancet.Lancet.checkpoint;
import static dev.lancet.Lancet.geluTanh;
import static dev.lancet.Lancet.heads;
import static dev.lancet.Lancet.layerNorm;
import static dev.lancet.Lancet.learned;
import static dev.lancet.Lancet.recipe;
import static dev.lancet.Lancet.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.recipe.Task;
import dev.lancet.dsl.recipe.TaskScoring;
import dev.lancet.io.Progress;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.run.RecipeRun;
import dev.lancet.runtime.task.TaskAnswer;
import dev.lancet.runtime.task.TaskMeasurement;
import dev.lancet.runtime.task.TaskResult;
import dev.lancet.runtime.text.task.AnswerParser;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Tasks on a tiny model, against the log likelihoods of lm-evaluation-harness. */
class TaskTest {

    private static final Path REFERENCE = Fixture.ALL.resolve("lm-eval-reference");
    private static final JsonNode EXPECTED = new JsonMapper().readTree(REFERENCE.resolve("expected.json"));

    @TempDir
    private Path folder;

    private static String rows(String name) {
        return REFERENCE.resolve(name + ".jsonl").toString();
    }

    private static Model model() {
        return Model.open(REFERENCE.resolve("model"));
    }

    private static void agrees(List<Double> scores, JsonNode expected) {
        assertThat(scores).hasSize(expected.size());
        for (int i = 0; i < scores.size(); i++) {
            assertThat(scores.get(i)).isCloseTo(expected.get(i).doubleValue(), within(1e-3));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"boolq", "piqa", "winogrande"})
    void log_likelihoods_and_accuracies_are_those_of_the_harness(String name) {
        JsonNode expected = EXPECTED.get(name);
        try (Model model = model()) {
            TaskResult result = model.evaluate(task(name, rows(name)));

            for (int i = 0; i < result.rows(); i++) {
                agrees(
                        result.answers().get(i).logLikelihoods(),
                        expected.get("rows").get(i).get("log_likelihoods"));
            }
            assertThat(result.accuracy()).isCloseTo(expected.get("accuracy").doubleValue(), within(1e-12));
            assertThat(result.first().classification().macroF1())
                    .isCloseTo(expected.get("macro_f1").doubleValue(), within(1e-12));
            TaskMeasurement normalised = result.measurements().get(1);
            assertThat(normalised.scoring()).isEqualTo(TaskMeasurement.Scoring.NORMALISED);
            if (name.equals("piqa")) {
                assertThat(normalised.classification().accuracy())
                        .isCloseTo(expected.get("accuracy_normalised").doubleValue(), within(1e-12));
            }
            assertThat(result.truncated()).isEqualTo(name.equals("boolq") ? 1 : 0);
        }
    }

    @Test
    void a_row_after_an_example_has_the_likelihoods_of_the_harness() throws IOException {
        List<String> two = Files.readAllLines(Path.of(rows("boolq"))).subList(0, 2);
        Path file = Files.write(folder.resolve("two.jsonl"), two);
        try (Model model = model()) {
            for (long seed = 1; seed <= 6; seed++) {
                TaskAnswer answer = model.evaluate(
                                task("boolq", file.toString()).shots(1).seed(seed))
                        .answers()
                        .get(0);

                int measured = answer.where().endsWith("line 1") ? 0 : 1;
                agrees(
                        answer.logLikelihoods(),
                        EXPECTED.get("shots").get(measured).get("log_likelihoods"));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"boolq", "piqa", "winogrande"})
    void a_row_among_others_has_the_likelihoods_of_the_row_alone(String name) throws IOException {
        try (Model model = model()) {
            List<TaskAnswer> all = model.evaluate(task(name, rows(name))).answers();
            List<String> lines = Files.readAllLines(Path.of(rows(name)));
            for (int i = 0; i < lines.size(); i++) {
                Path one = Files.writeString(folder.resolve("one.jsonl"), lines.get(i));
                List<Double> alone = model.evaluate(task(name, one.toString()))
                        .answers()
                        .get(0)
                        .logLikelihoods();
                for (int label = 0; label < alone.size(); label++) {
                    assertThat(all.get(i).logLikelihoods().get(label)).isCloseTo(alone.get(label), within(1e-4));
                }
            }
        }
    }

    @Test
    void learned_positions_and_labels_of_several_tokens_agree_with_the_logits_of_whole_texts() throws IOException {
        Path file = Files.writeString(folder.resolve("rows.csv"), "q,label\nabc,yes\nxyz,certainly not\nd,yes\n");
        try (Model model = Model.create(bytes(), 3).tokenizer(Tokenizer.bytes())) {
            TaskResult result =
                    model.evaluate(task("own", file.toString(), "{q}:").labels("yes", "certainly not"));

            List<String> prompts = List.of("abc:", "xyz:", "d:");
            for (int i = 0; i < prompts.size(); i++) {
                List<Double> scores = result.answers().get(i).logLikelihoods();
                assertThat(scores.get(0)).isCloseTo(plain(model, prompts.get(i), " yes"), within(1e-4));
                assertThat(scores.get(1)).isCloseTo(plain(model, prompts.get(i), " certainly not"), within(1e-4));
            }
        }
    }

    @Test
    void labels_that_a_tokenizer_encodes_alike_are_refused() throws IOException {
        JsonNode json = new JsonMapper().readTree(REFERENCE.resolve("model/tokenizer.json"));
        ObjectNode normalizer = ((ObjectNode) json).putObject("normalizer").put("type", "Sequence");
        normalizer.putArray("normalizers").addObject().put("type", "NFD");
        normalizer.withArray("normalizers").addObject().put("type", "StripAccents");
        Path file = Files.writeString(folder.resolve("tokenizer.json"), json.toString());
        Path data = Files.writeString(folder.resolve("rows.csv"), "q,label\nabc,0\n");
        Task task = task("own", data.toString(), "{q}:").label("0", "cafe").label("1", "caf\u00e9");
        try (Tokenizer without = Tokenizer.open(file);
                Model model = model()) {
            assertThat(model.evaluate(task).rows()).isEqualTo(1);
            model.tokenizer(without);
            assertThatThrownBy(() -> model.evaluate(task))
                    .isInstanceOf(LancetException.class)
                    .hasMessageContaining(
                            "row 1 has the answer 'caf\u00e9', which tokenizer.json encodes like another one");
        }
    }

    private static Transformer bytes() {
        return Transformer.decoder("bytes")
                .vocabulary(256)
                .context(24)
                .width(32)
                .layers(2)
                .attention(heads(4).bias())
                .feedForward(geluTanh(64))
                .norm(layerNorm(1e-5))
                .position(learned())
                .build();
    }

    /** From the logits of the whole text, in double. */
    private static double plain(Model model, String prompt, String continuation) {
        int[] ids = Tokenizer.bytes().encode(prompt + continuation);
        float[] logits = model.logits(new int[][] {ids});
        double sum = 0;
        for (int at = prompt.length(); at < ids.length; at++) {
            double all = 0;
            for (int id = 0; id < 256; id++) {
                all += Math.exp(logits[(at - 1) * 256 + id]);
            }
            sum += logits[(at - 1) * 256 + ids[at]] - Math.log(all);
        }
        return sum;
    }

    @Test
    void generated_answers_are_what_the_model_writes_alone() {
        try (Model model = model()) {
            TaskResult result = model.evaluate(task("piqa", rows("piqa")).by(TaskScoring.BOTH));

            for (int i = 0; i < result.rows(); i++) {
                String prompt = EXPECTED.get("piqa")
                        .get("rows")
                        .get(i)
                        .get("arguments")
                        .get(0)
                        .get(0)
                        .stringValue();
                assertThat(result.answers().get(i).generated())
                        .contains(AnswerParser.firstLine(model.generate(prompt, 16)));
            }
            assertThat(result.measurements())
                    .extracting(TaskMeasurement::scoring)
                    .contains(TaskMeasurement.Scoring.GENERATE);
            TaskMeasurement generated = result.measurements().get(2);
            assertThat(generated.classification().unparsed()).isPositive();
            assertThat(generated.unparsed()).hasSizeBetween(1, 5);
        }
    }

    @Test
    void a_trained_task_is_recovered_in_full_by_the_same_model_and_not_by_a_fresh_one() throws IOException {
        List<String> lines = new ArrayList<>(List.of("q,label"));
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 24; i++) {
            String label = i % 3 == 0 ? "up" : "down";
            lines.add((i % 3 == 0 ? "good" : "bad") + "," + label);
            text.append(i % 3 == 0 ? "good: up\n" : "bad: down\n");
        }
        Task task = task("own", Files.write(folder.resolve("rows.csv"), lines).toString(), "{q}:")
                .labels("up", "down")
                .by(TaskScoring.BOTH);
        int[] ids = Tokenizer.bytes().encode(text.toString().repeat(20));
        try (Model fresh = Model.create(bytes(), 3).tokenizer(Tokenizer.bytes());
                Model trained = Model.create(bytes(), 3).tokenizer(Tokenizer.bytes())) {
            trained.train(ids, new int[0], adamW(200, 5e-3).batch(8).sequence(20));
            TaskResult good = trained.evaluate(task);

            assertThat(good.answers().get(0).generated())
                    .contains(AnswerParser.firstLine(trained.generate("good:", 12)));
            assertThat(good.majority()).isCloseTo(16.0 / 24, within(1e-12));
            assertThat(good.accuracy()).isEqualTo(1);
            assertThat(good.measurements().get(2).classification().accuracy()).isEqualTo(1);
            assertThat(good.recovery(good)).isEqualTo(1);
            TaskResult untrained = fresh.evaluate(task);
            assertThat(untrained.recovery(good)).isLessThan(0.5);
            assertThat(good.recovery(untrained)).isNaN();
        }
    }

    @Test
    void free_answers_are_compared_with_what_is_generated() throws IOException {
        Path file = Files.writeString(folder.resolve("rows.csv"), "q,a\nabc,yes\nxyz,no\nd,yes\n");
        Task task = task("own", file.toString(), "{q}:").answer("a");
        try (Model model = Model.create(bytes(), 3).tokenizer(Tokenizer.bytes())) {
            TaskResult result = model.evaluate(task);

            assertThat(result.majority()).isCloseTo(2.0 / 3, within(1e-12));
            assertThat(result.measurements()).hasSize(1);
            assertThat(result.accuracy()).isZero();
            assertThatThrownBy(() -> model.evaluate(task.by(TaskScoring.LIKELIHOOD)))
                    .isInstanceOf(LancetException.class)
                    .hasMessageContaining("has no labels whose likelihood could be compared");
        }
    }

    @Test
    void an_answer_longer_than_the_context_is_refused() throws IOException {
        Path file = Files.writeString(folder.resolve("rows.csv"), "q,label\nabc,0\n");
        Task task =
                task("own", file.toString(), "{q}:").label("0", "a".repeat(30)).label("1", "b");
        try (Model model = Model.create(bytes(), 3).tokenizer(Tokenizer.bytes())) {
            assertThatThrownBy(() -> model.evaluate(task))
                    .isInstanceOf(LancetException.class)
                    .hasMessageContaining("row 1 has an answer of 31 tokens, and the context has 24");
        }
    }

    @Test
    void a_recipe_measures_tasks_of_every_candidate() {
        try (RecipeRun run = new RecipeRun(
                recipe("tasks")
                        .candidate("tiny", checkpoint(REFERENCE.resolve("model").toString()))
                        .evaluate(task("piqa", rows("piqa")))
                        .evaluate(task("piqa", rows("piqa")).shots(1)),
                Progress.silent())) {
            RecipeRun.Outcome outcome = run.carryOut();

            assertThat(outcome.finished().get(0).tasks().get(0).accuracy())
                    .isCloseTo(EXPECTED.get("piqa").get("accuracy").doubleValue(), within(1e-12));
            assertThat(outcome.report().markdown())
                    .contains("tiny on piqa: ")
                    .contains("tiny on piqa, 1 shot: ")
                    .contains("by likelihood accuracy");
            assertThat(outcome.report().table()).contains("piqa: accuracy").contains("piqa, 1 shot: accuracy");
        }
    }
}
