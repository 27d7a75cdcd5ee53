package dev.lancet.tests.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a program that uses Lancet finds on standard error, in a JVM of its own that starts without a word about TensorFlow's log. */
class StandardErrorTest {

    @TempDir
    Path folder;

    private record Ran(int status, String errors) {}

    @BeforeEach
    void onLinux() {
        assumeTrue(System.getProperty("os.name").equals("Linux"), "TensorFlow's log is limited on Linux only");
    }

    @Test
    void a_training_writes_only_what_java_writes() throws IOException, InterruptedException {
        assertThat(run(Map.of(), "train")).isEqualTo(new Ran(0, "begun\ntrained\ndone\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"algebra", "devices", "doctor"})
    void whatever_comes_first_writes_only_what_java_writes(String kind) throws IOException, InterruptedException {
        assertThat(run(Map.of(), kind)).isEqualTo(new Ran(0, "begun\ndone\n"));
    }

    @Test
    void who_asks_for_the_log_gets_all_of_it() throws IOException, InterruptedException {
        Ran ran = run(Map.of("TF_CPP_MIN_LOG_LEVEL", "0"), "train");
        assertThat(ran.status()).isZero();
        assertThat(ran.errors())
                .contains("begun\n", "trained\n", "done\n")
                .contains(": I tensorflow/", "MLIR V1 optimization pass", "XLA service", "StreamExecutor device");
    }

    @Test
    void an_error_of_tensorflow_is_written() throws IOException, InterruptedException {
        Ran ran = run(Map.of("XLA_FLAGS", "--xla_dump_to=/proc/nowhere"), "train");
        assertThat(ran.status()).isZero();
        assertThat(ran.errors())
                .contains(": E ", "Could not create directory /proc/nowhere")
                .doesNotContain("MLIR V1", "XLA service");
    }

    @Test
    void a_message_that_ends_the_process_is_written_before_it_ends() throws IOException, InterruptedException {
        Ran ran = run(Map.of("XLA_FLAGS", "--xla_nonsense"), "train");
        assertThat(ran.status()).isEqualTo(128 + 6);
        assertThat(ran.errors())
                .startsWith("begun\n")
                .contains(": F ", "Unknown flags in XLA_FLAGS: --xla_nonsense")
                .doesNotContain("MLIR V1", "XLA service");
    }

    @Test
    void an_exception_is_written_with_its_message() throws IOException, InterruptedException {
        Ran ran = run(Map.of(), "nothing");
        assertThat(ran.status()).isEqualTo(1);
        assertThat(ran.errors()).startsWith("begun\n").contains("IllegalArgumentException: kind: nothing");
    }

    private Ran run(Map<String, String> environment, String kind) throws IOException, InterruptedException {
        Path text = Files.writeString(folder.resolve("text.txt"), "rates fell. prices rose. ".repeat(40));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                StandardErrorChild.class.getName(),
                kind,
                text.toString()));
        Path errors = folder.resolve("errors.txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(folder.resolve("output.txt").toFile())
                .redirectError(errors.toFile());
        // Of these Java itself speaks on standard error.
        builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
        builder.environment().remove("TF_CPP_MIN_LOG_LEVEL");
        builder.environment().putAll(environment);
        int status = builder.start().waitFor();
        return new Ran(status, Files.readString(errors));
    }
}
