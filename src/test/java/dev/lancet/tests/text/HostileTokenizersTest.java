package dev.lancet.tests.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lancet.tests.text.HostileTokenizers.Hostile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One JVM opens all hostile tokenizers and some good ones between them, and lives. */
class HostileTokenizersTest {

    private static final long SLOWEST_MILLIS = 10_000;

    @TempDir
    private Path folder;

    @Test
    void a_program_that_opens_the_tokenizers_of_strangers_lives_on() throws IOException, InterruptedException {
        Map<String, Hostile> hostile = HostileTokenizers.all();
        Path files = Files.createDirectory(folder.resolve("files"));
        for (Map.Entry<String, Hostile> entry : hostile.entrySet()) {
            Files.writeString(
                    files.resolve(entry.getKey() + ".json"), entry.getValue().json());
        }
        for (Map.Entry<String, String> entry : NativeTokenizerFiles.good().entrySet()) {
            Files.writeString(files.resolve("good-" + entry.getKey() + ".json"), entry.getValue());
        }

        Map<String, String> verdicts = verdicts(files);

        hostile.forEach((name, file) -> assertThat(verdicts.get(name))
                .as(name)
                .startsWith("refused: tokenizer: ")
                .contains(name + ".json", file.refusal())
                .hasLineCount(1));
        NativeTokenizerFiles.good().keySet().forEach(name -> assertThat(verdicts.get("good-" + name))
                .as(name)
                .startsWith("opened, "));
    }

    private Map<String, String> verdicts(Path files) throws IOException, InterruptedException {
        Path output = folder.resolve("output.txt");
        Path errors = folder.resolve("errors.txt");
        Process child = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx256m",
                        "-XX:ErrorFile=" + folder.resolve("crash.txt"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        HostileTokenizerChild.class.getName(),
                        files.toString()))
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile())
                .start();
        boolean ended = child.waitFor(2, TimeUnit.MINUTES);
        child.destroyForcibly();
        List<String> lines = Files.readAllLines(output, StandardCharsets.UTF_8);
        assertThat(ended).as("the child ends; it said " + lines).isTrue();
        assertThat(lines).as(Files.readString(errors)).endsWith("alive");
        Map<String, String> verdicts = new HashMap<>();
        for (String line : lines.subList(0, lines.size() - 1)) {
            String[] words = line.split("\t", 3);
            verdicts.put(words[0], words[2]);
            assertThat(Long.parseLong(words[1])).as(line).isLessThan(SLOWEST_MILLIS);
        }
        return verdicts;
    }
}
