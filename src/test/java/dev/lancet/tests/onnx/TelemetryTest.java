package dev.lancet.tests.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lancet.runtime.Model;
import dev.lancet.runtime.onnx.OnnxModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** ONNX Runtime's telemetry begins by writing a number for the device, and a queue of events, to the user's folder. */
class TelemetryTest {

    private static final int LONG_COMMAND_LINE = 5000;

    @TempDir
    Path temporary;

    /** Opens a model in a process of its own. */
    static final class OpensModel {

        private OpensModel() {}

        public static void main(String[] arguments) {
            OnnxModel.open(Path.of(arguments[0])).close();
            System.out.println("opened");
        }
    }

    /** With telemetry, a command line of this length ends the process with a segmentation fault. */
    @Test
    void a_process_that_runs_models_leaves_no_trace_of_telemetry() throws IOException, InterruptedException {
        Path model = temporary.resolve("model");
        try (Model stories = Model.open(Exported.FIXTURES.resolve("stories260K-hf"))) {
            Exported.export(stories, false, model);
        }
        Path home = Files.createDirectories(temporary.resolve("home"));
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Duser.home=" + home,
                        "-Djava.io.tmpdir=" + Files.createDirectories(temporary.resolve("tmp")),
                        OpensModel.class.getName(),
                        model.toString(),
                        "x".repeat(LONG_COMMAND_LINE))
                .redirectErrorStream(true);
        builder.environment().remove("ORT_DISABLE_TELEMETRY");
        builder.environment().remove("XDG_CACHE_HOME");
        builder.environment().put("HOME", home.toString());
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));

        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).as(said).isZero();
        assertThat(said).contains("opened");
        try (Stream<Path> files = Files.walk(home)) {
            assertThat(files.map(Path::toString)).noneMatch(path -> path.contains("Microsoft"));
        }
    }
}
