package dev.lancet.tests.onnx;

import static dev.lancet.Lancet.corpus;
import static dev.lancet.Lancet.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.recipe.TaskScoring;
import dev.lancet.io.Progress;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.runtime.evaluate.Perplexity;
import dev.lancet.runtime.generate.DecodingSession;
import dev.lancet.runtime.onnx.OnnxExport;
import dev.lancet.runtime.onnx.OnnxModel;
import dev.lancet.runtime.task.TaskAnswer;
import dev.lancet.runtime.task.TaskResult;
import dev.lancet.runtime.text.tokenizer.TokenIdChecks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What ONNX Runtime measures, against TensorFlow and independent implementations. */
class OnnxEvaluationTest {

    private static final Path STORIES = Exported.FIXTURES.resolve("stories260K-hf");
    private static final Path TASKS = Exported.FIXTURES.resolve("lm-eval-reference");
    private static final int[] TEXT =
            TokenIdChecks.read(Exported.FIXTURES.resolve("stories260K-reference/test_ids.i32"));

    @TempDir
    Path temporary;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void the_logits_of_all_positions_are_those_of_tensorflow(boolean portable) {
        int[] row = Arrays.copyOf(TEXT, 40);
        try (Model model = Model.open(STORIES);
                OnnxModel onnx = OnnxModel.open(exported(STORIES, portable));
                DecodingSession text = onnx.openScoringSession()) {
            float[] wanted = model.logits(new int[][] {row});
            text.read(Arrays.copyOf(row, 9));
            text.readEach(7, 7, 7);
            text.truncate(9);
            float[] logits = text.readEach(Arrays.copyOfRange(row, 9, 40));

            int vocabulary = model.transformer().vocabulary();
            assertThat(logits).hasSize(31 * vocabulary);
            assertThat(Exported.distance(rows(logits, vocabulary), wanted)).isLessThan(1e-5);
            assertThat(text.length()).isEqualTo(40);
        }
    }

    private static float[][] rows(float[] logits, int vocabulary) {
        float[][] rows = new float[logits.length / vocabulary][];
        Arrays.setAll(rows, i -> Arrays.copyOfRange(logits, i * vocabulary, (i + 1) * vocabulary));
        return rows;
    }

    @Test
    void the_perplexity_of_stories260k_is_that_of_tensorflow_and_of_the_reference() throws IOException {
        Path words =
                Files.writeString(temporary.resolve("words.txt"), "Once upon a time, there was a cat. ".repeat(90));
        try (Model model = Model.open(STORIES);
                OnnxModel onnx = OnnxModel.open(exported(STORIES, false))) {
            Perplexity measured = onnx.evaluate(TEXT, 256);

            assertThat(measured.value()).isCloseTo(4.3927, withinPercentage(0.05));
            assertThat(measured.value()).isCloseTo(model.evaluate(TEXT, 256).value(), withinPercentage(0.01));
            assertThat(measured.tokens()).isEqualTo(19_890);
            Perplexity ofText = onnx.evaluate(corpus(words.toString()).rest());
            Perplexity wanted = model.evaluate(corpus(words.toString()).rest());
            assertThat(ofText.value()).isCloseTo(wanted.value(), withinPercentage(0.01));
            assertThat(ofText.tokens()).isEqualTo(wanted.tokens());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"boolq", "piqa", "winogrande"})
    void the_log_likelihoods_of_answers_are_those_of_lm_evaluation_harness(String name) {
        JsonNode expected =
                new JsonMapper().readTree(TASKS.resolve("expected.json")).get(name);
        try (OnnxModel onnx = OnnxModel.open(exported(TASKS.resolve("model"), false))) {
            TaskResult result =
                    onnx.evaluate(task(name, TASKS.resolve(name + ".jsonl").toString()));

            for (int i = 0; i < result.rows(); i++) {
                List<Double> scores = result.answers().get(i).logLikelihoods();
                JsonNode wanted = expected.get("rows").get(i).get("log_likelihoods");
                assertThat(scores).hasSize(wanted.size());
                for (int label = 0; label < scores.size(); label++) {
                    assertThat(scores.get(label)).isCloseTo(wanted.get(label).doubleValue(), within(1e-3));
                }
            }
            assertThat(result.accuracy()).isCloseTo(expected.get("accuracy").doubleValue(), within(1e-12));
        }
    }

    @Test
    void the_answers_that_are_written_are_those_of_tensorflow() {
        var asked = task("piqa", TASKS.resolve("piqa.jsonl").toString()).by(TaskScoring.GENERATE);
        try (Model model = Model.open(TASKS.resolve("model"));
                OnnxModel onnx = OnnxModel.open(exported(TASKS.resolve("model"), false))) {
            assertThat(onnx.evaluate(asked).answers())
                    .extracting(TaskAnswer::generated)
                    .isEqualTo(model.evaluate(asked).answers().stream()
                            .map(TaskAnswer::generated)
                            .toList());
        }
    }

    @Test
    void what_a_model_cannot_read_is_one_line() {
        try (OnnxModel onnx = OnnxModel.open(exported(STORIES, false))) {
            assertThatThrownBy(() -> onnx.evaluate(new int[] {1, 2, 600}, 2))
                    .isInstanceOf(LancetException.class)
                    .hasMessageStartingWith("ids: 600 at position 2 of text is outside the vocabulary of 512");
            assertThatThrownBy(() -> onnx.evaluate(TEXT, 513))
                    .isInstanceOf(LancetException.class)
                    .hasMessageStartingWith("window: 513 is longer than the context 512");
        }
    }

    private Path exported(Path model, boolean portable) {
        Path out = temporary.resolve("onnx");
        OnnxExport.of(Checkpoint.open(model), portable, Progress.silent()).write(out);
        return out;
    }
}
