package dev.lancet.tests.blueprint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lancet.dsl.Transformer;
import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.runtime.checkpoint.HuggingFace;
import dev.lancet.surgery.EncoderGraph;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tensorflow.Tensor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Hidden states and heads of transformers 5.18, stored beside small random encoders of every family. */
class EncoderReferenceTest {

    private static final Path FIXTURES = Path.of("src/test/resources/fixtures/hf-encoders-tiny");
    private static final double TOLERANCE = 2e-4;

    @TempDir
    private Path temporary;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bert",
                "bert-masked",
                "bert-classes",
                "roberta-masked",
                "roberta-classes",
                "xlm-roberta",
                "distilbert",
                "distilbert-masked",
                "distilbert-classes",
                "modernbert",
                "modernbert-masked"
            })
    void an_encoder_computes_what_transformers_computes_alone_in_a_batch_and_after_it_was_written(String name) {
        JsonNode expected = new JsonMapper().readTree(FIXTURES.resolve(name).resolve("expected.json"));
        Checkpoint read = Checkpoint.open(FIXTURES.resolve(name));
        assertThat(read.unused()).isEmpty();
        computes(read, expected);
        Path out = temporary.resolve(name);
        HuggingFace.write(out, read.transformer(), read.weights(), read.tokenizer());
        Checkpoint again = Checkpoint.open(out);
        assertThat(again.transformer()).isEqualTo(read.transformer());
        assertThat(again.plan()).isEqualTo(read.plan());
        assertThat(modelType(out)).isEqualTo(name.replaceFirst("^xlm-", "").replaceFirst("-.*", ""));
        read.plan().arrays().forEach(array -> assertThat(again.weights().read(array.name()))
                .as(array.name())
                .isEqualTo(read.weights().read(array.name())));
    }

    /** RoBERTa's and XLM-RoBERTa's graphs are the same. */
    private static String modelType(Path folder) {
        return new JsonMapper()
                .readTree(folder.resolve("config.json"))
                .get("model_type")
                .asString();
    }

    private static void computes(Checkpoint checkpoint, JsonNode expected) {
        Transformer model = checkpoint.transformer();
        String output = EncoderGraph.output(model);
        List<Integer> lengths = new ArrayList<>();
        expected.get("attention_mask")
                .forEach(row -> lengths.add(Arrays.stream(ints(row)).sum()));
        int width = lengths.stream().mapToInt(Integer::intValue).max().orElseThrow();
        try (Running running = new Running(EncoderGraph.of(model), checkpoint.weights())) {
            List<float[]> batch = run(
                    running, model, expected, IntStream.range(0, lengths.size()).toArray(), width);
            for (int row = 0; row < lengths.size(); row++) {
                int length = lengths.get(row);
                List<float[]> alone = run(running, model, expected, new int[] {row}, length);
                double[] hidden = doubles(expected.get(EncoderGraph.HIDDEN).get(row));
                double[] head = doubles(expected.get(output).get(row));
                close(name(model, EncoderGraph.HIDDEN, row), alone.get(0), 0, hidden);
                close(name(model, output, row), alone.get(1), 0, head);
                close(
                        name(model, "batched " + EncoderGraph.HIDDEN, row),
                        batch.get(0),
                        row * width * model.width(),
                        hidden);
                int rowOfHead = batch.get(1).length / lengths.size();
                close(name(model, "batched " + output, row), batch.get(1), row * rowOfHead, head);
            }
        }
    }

    private static String name(Transformer model, String output, int row) {
        return model.name() + " " + output + " of row " + row;
    }

    private static List<float[]> run(Running running, Transformer model, JsonNode expected, int[] rows, int width) {
        Map<String, Tensor> feeds = new LinkedHashMap<>();
        for (String input : EncoderGraph.inputs(model)) {
            int[] values = Arrays.stream(rows)
                    .flatMap(row -> Arrays.stream(ints(expected.get(input).get(row)), 0, width))
                    .toArray();
            feeds.put(input, Running.ints(values, rows.length, width));
        }
        try {
            return running.floats(feeds, EncoderGraph.HIDDEN, EncoderGraph.output(model));
        } finally {
            feeds.values().forEach(Tensor::close);
        }
    }

    private static void close(String what, float[] found, int from, double[] expected) {
        assertThat(found.length).as(what).isGreaterThanOrEqualTo(from + expected.length);
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) found[from + i])
                    .as("%s, element %d", what, i)
                    .isCloseTo(expected[i], within(TOLERANCE));
        }
    }

    private static int[] ints(JsonNode array) {
        return array.valueStream().mapToInt(JsonNode::intValue).toArray();
    }

    private static double[] doubles(JsonNode array) {
        return array.valueStream().mapToDouble(JsonNode::doubleValue).toArray();
    }
}
