package dev.lancet.cli;

import static dev.lancet.cli.Ran.lancet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Encoders from the command line: embed, compress, evaluate and export. */
class EncoderCommandsTest {

    private static final Path FIXTURES = Path.of("../../src/test/resources/fixtures/hf-encoders-tiny");
    private static final String BERT = FIXTURES.resolve("bert").toString();

    @TempDir
    private Path folder;

    private static JsonNode expected(String model) {
        return new JsonMapper()
                .readTree(FIXTURES.resolve(model).resolve("expected.json"))
                .get("texts");
    }

    private String texts(JsonNode expected) throws IOException {
        String lines = expected.valueStream()
                .map(one -> one.get("text").asString() + "\n")
                .collect(Collectors.joining());
        return Files.writeString(folder.resolve("texts.txt"), lines).toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"bert", "xlm-roberta"})
    void the_vectors_of_texts_are_those_of_transformers_in_both_formats(String model) throws IOException {
        JsonNode expected = expected(model);
        String texts = texts(expected);
        String encoder = FIXTURES.resolve(model).toString();
        Path npy = folder.resolve("vectors.npy");
        Ran ran = lancet("embed", encoder, "--text", texts, "--out", npy.toString(), "--json", "--quiet");
        assertThat(ran.err()).isEmpty();
        assertThat(ran.json().get("rows").asInt()).isEqualTo(4);
        assertThat(ran.json().get("width").asInt()).isEqualTo(32);
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(npy)).order(ByteOrder.LITTLE_ENDIAN);
        int header = bytes.getShort(8);
        assertThat((header + 10) % 64).isZero();
        assertThat(new String(bytes.array(), 10, header, StandardCharsets.US_ASCII))
                .startsWith("{'descr': '<f4', 'fortran_order': False, 'shape': (4, 32), }")
                .endsWith("\n");
        Path lines = folder.resolve("vectors.jsonl");
        assertThat(lancet("embed", encoder, "--text", texts, "--out", lines.toString(), "--batch", "1", "--quiet")
                        .status())
                .isZero();
        List<String> written = Files.readAllLines(lines);
        for (int row = 0; row < 4; row++) {
            JsonNode line = new JsonMapper().readTree(written.get(row));
            assertThat(line.get("tokens").asInt())
                    .isEqualTo(expected.get(row).get("ids").size());
            for (int i = 0; i < 32; i++) {
                double wanted = expected.get(row).get("embedding").get(i).asDouble();
                assertThat((double) bytes.getFloat(10 + header + 4 * (32 * row + i)))
                        .as("number %d of row %d", i, row)
                        .isCloseTo(wanted, within(2e-4));
                assertThat(line.get("vector").get(i).asDouble()).isCloseTo(wanted, within(2e-4));
            }
        }
    }

    private String sentences() throws IOException {
        List<String> words = List.of("rates", "bank", "profit", "company", "monday", "loss", "rose", "fell", "central");
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            lines.add("the " + words.get(i % 9) + " " + words.get((i * i + 1) % 9) + " and "
                    + words.get((i / 9 + 3) % 9));
        }
        return Files.writeString(folder.resolve("sentences.txt"), String.join("\n", lines))
                .toString();
    }

    @Test
    void a_checkpoint_is_compressed_on_texts_compared_exported_and_embedded_again() throws IOException {
        String sentences = sentences();
        String small = folder.resolve("small").toString();
        Ran made = lancet(
                "compress",
                BERT,
                "--on",
                "*",
                "--bits",
                "8",
                "--calibrate",
                sentences,
                "--no-cache",
                "--out",
                small,
                "--json",
                "--quiet");
        assertThat(made.err()).isEmpty();
        assertThat(made.json().get("quality").get("cosine_mean").asDouble()).isBetween(0.999, 0.999_999_9);

        Ran compared = lancet("evaluate", small, "--text", sentences, "--baseline", BERT, "--json", "--quiet");
        assertThat(compared.err()).isEmpty();
        assertThat(compared.json().get("cosine_min").asDouble()).isBetween(0.99, 0.999_999_9);
        assertThat(compared.json().get("recall").asDouble()).isBetween(0.7, 1.0);

        String vectors = folder.resolve("small.npy").toString();
        assertThat(lancet("embed", small, "--text", sentences, "--out", vectors, "--quiet")
                        .status())
                .isZero();
        for (String format : List.of("savedmodel", "onnx")) {
            Ran exported = lancet(
                    "export",
                    small,
                    "--format",
                    format,
                    "--out",
                    folder.resolve(format).toString(),
                    "--json",
                    "--quiet");
            assertThat(exported.err()).isEmpty();
        }
        assertThat(folder.resolve("onnx")).isDirectoryContaining("glob:**/tokenizer.json");
        String again = folder.resolve("again.npy").toString();
        Ran graph = lancet(
                "embed", folder.resolve("savedmodel").toString(), "--text", sentences, "--out", again, "--quiet");
        assertThat(graph.err()).isEmpty();
        assertThat(floats(again)).hasSize(40 * 32);
        List<Float> direct = floats(vectors);
        List<Float> throughGraph = floats(again);
        for (int i = 0; i < direct.size(); i++) {
            assertThat(throughGraph.get(i)).isCloseTo(direct.get(i), within(1e-5f));
        }
    }

    private static List<Float> floats(String npy) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(Path.of(npy))).order(ByteOrder.LITTLE_ENDIAN);
        bytes.position(10 + bytes.getShort(8));
        List<Float> values = new ArrayList<>();
        while (bytes.hasRemaining()) {
            values.add(bytes.getFloat());
        }
        return values;
    }

    @Test
    void cosines_are_correlated_with_the_scores_of_people() throws IOException {
        JsonNode expected = expected("bert");
        int[][] pairs = {{0, 1}, {0, 2}, {0, 3}, {1, 2}, {1, 3}, {2, 3}};
        // Two are equal. The correlation is NumPy's, of the ranks of the cosines of transformers.
        double[] scores = {3, 1, 1, 2, 3, 4};
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < pairs.length; i++) {
            rows.append("{\"sentence1\": ").append(expected.get(pairs[i][0]).get("text"));
            rows.append(", \"sentence2\": ").append(expected.get(pairs[i][1]).get("text"));
            rows.append(", \"score\": \"").append(scores[i]).append("\"}\n");
        }
        String file = Files.writeString(folder.resolve("pairs.jsonl"), rows).toString();
        Ran ran = lancet("evaluate", BERT, "--pairs", file, "--json", "--quiet");
        assertThat(ran.err()).isEmpty();
        assertThat(ran.json().get("spearman").asDouble()).isCloseTo(0.882_734_8, within(1e-6));
    }

    @Test
    void what_does_not_fit_an_encoder_is_refused_in_a_line() throws IOException {
        String texts = sentences();
        String npy = folder.resolve("v.npy").toString();
        refuses("name a file that ends in .npy or .jsonl", "embed", BERT, "--text", texts, "--out", "v.txt");
        refuses("--batch: 0; give at least 1", "embed", BERT, "--text", texts, "--out", npy, "--batch", "0");
        refuses(
                "has the head nextToken(), which gives no vectors of texts",
                "embed",
                "../../src/test/resources/fixtures/hf-gpt2-tiny",
                "--text",
                texts,
                "--out",
                npy);
        refuses(
                "tokenizer: distilbert has none",
                "embed",
                FIXTURES.resolve("distilbert").toString(),
                "--text",
                texts,
                "--out",
                npy);
        refuses("so it is no language model", "generate", BERT, "--prompt", "the");
        refuses("add --baseline MODEL", "evaluate", BERT, "--text", texts);
        refuses(
                "an encoder is recovered as a graph",
                "compress",
                BERT,
                "--bits",
                "8",
                "--calibrate",
                texts,
                "--no-cache",
                "--recover",
                "10",
                "--out",
                folder.resolve("out").toString());
    }

    private static void refuses(String message, String... arguments) {
        Ran ran = lancet(arguments);
        assertThat(ran.status()).isNotZero();
        assertThat(ran.err()).contains(message);
    }
}
