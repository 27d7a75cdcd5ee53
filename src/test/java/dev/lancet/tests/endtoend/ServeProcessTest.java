package dev.lancet.tests.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lancet.cli.Main;
import dev.lancet.io.Progress;
import dev.lancet.runtime.checkpoint.Checkpoint;
import dev.lancet.runtime.onnx.OnnxExport;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code lancet serve} as a process: it says where it is, answers, and ends when it is asked to. */
class ServeProcessTest {

    private static final Path STORIES = Fixture.ALL.resolve("stories260K-hf");
    private static final Pattern URL = Pattern.compile("at (http://\\S+);");

    @TempDir
    private Path folder;

    private Path exported = Path.of("");

    @BeforeEach
    void export() {
        assumeTrue(!System.getProperty("os.name").startsWith("Windows"), "a process cannot be asked to end on Windows");
        exported = folder.resolve("exported");
        OnnxExport.of(Checkpoint.open(STORIES), false, Progress.silent()).write(exported);
    }

    @Test
    @Timeout(120)
    void onnx_runtime_answers_with_the_greedy_text_of_llama2_c() throws IOException, InterruptedException {
        assertThat(served(exported.toString(), "--engine", "onnx")).isEqualTo(golden());
    }

    @Test
    @Timeout(120)
    void a_draft_changes_nothing_in_the_text() throws IOException, InterruptedException {
        assertThat(served(exported.toString(), "--draft", exported.toString(), "--draft-tokens", "3"))
                .isEqualTo(golden());
    }

    private static String golden() throws IOException {
        return Files.readString(Fixture.ALL.resolve("stories260K/GOLDEN_greedy_200.txt"))
                .strip()
                .substring(0, 60);
    }

    /** The beginning of the text that a server writes after its first words. */
    private String served(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                Main.class.getName(),
                "serve",
                "--port",
                "0"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        Process process = builder.start();
        try (BufferedReader lines = process.inputReader()) {
            String text = answer(url(lines));
            process.destroy();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(128 + 15);
            return text;
        } finally {
            process.destroyForcibly();
        }
    }

    private static String url(BufferedReader lines) throws IOException {
        StringBuilder all = new StringBuilder();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            Matcher found = URL.matcher(line);
            if (found.find()) {
                return found.group(1);
            }
            all.append(line).append('\n');
        }
        throw new AssertionError("the server ended with: " + all);
    }

    private static String answer(String url) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/completions"))
                .header("Content-Type", "application/json")
                .POST(
                        HttpRequest.BodyPublishers.ofString(
                                "{\"model\": \"exported\", \"prompt\": \"Once upon a time\", \"max_tokens\": 60, \"temperature\": 0}"))
                .build();
        HttpResponse<String> response = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        JsonNode choice =
                new JsonMapper().readTree(response.body()).get("choices").get(0);
        return ("Once upon a time" + choice.get("text").asString()).substring(0, 60);
    }
}
