package dev.lancet.tests.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** llama.cpp, where it is installed. */
final class LlamaCpp {

    private static final String FOLDER = "lancet.llamacpp";
    private static final Path SCRIPT = Path.of("src/test/resources/llamacpp/greedy.mjs");

    private LlamaCpp() {}

    /**
     * What llama.cpp makes of a file.
     *
     * @param greedy the likeliest tokens after the prompt
     * @param text the tokens of a text, without tokens around it
     */
    record Answer(List<Integer> greedy, List<Integer> text) {}

    static void require() {
        String folder = System.getProperty(FOLDER, "");
        assumeTrue(
                !folder.isEmpty() && Files.isDirectory(Path.of(folder, "node_modules/node-llama-cpp")),
                "llama.cpp is not installed; run npm install --ignore-scripts node-llama-cpp@3 in a folder, and name it"
                        + " with -D" + FOLDER + "=FOLDER");
    }

    static Answer run(Path model, int[] prompt, int count, String text) throws IOException, InterruptedException {
        Path out = Files.createTempFile("llamacpp", ".json");
        Process process = new ProcessBuilder(
                        "node",
                        SCRIPT.toString(),
                        System.getProperty(FOLDER, ""),
                        model.toString(),
                        Integer.toString(count),
                        Arrays.toString(prompt),
                        text)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .redirectOutput(out.toFile())
                .start();
        try {
            assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
        } finally {
            process.destroyForcibly();
        }
        JsonNode answer = new JsonMapper().readTree(Files.readString(out, StandardCharsets.UTF_8));
        Files.delete(out);
        return new Answer(ints(answer.get("greedy")), ints(answer.get("text")));
    }

    static List<Integer> ints(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(JsonNode::intValue)
                .toList();
    }
}
