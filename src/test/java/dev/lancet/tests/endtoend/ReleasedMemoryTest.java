package dev.lancet.tests.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A process does not stay at its peak after its models are closed. */
class ReleasedMemoryTest {

    @TempDir
    Path folder;

    @Test
    @EnabledOnOs(OS.LINUX)
    void the_native_memory_of_closed_models_goes_back_to_the_system() throws IOException, InterruptedException {
        Path output = folder.resolve("output.txt");
        // The heap is all taken at once, so that only native memory changes.
        ProcessBuilder child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xms512m",
                        "-Xmx512m",
                        "-XX:+AlwaysPreTouch",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ReleasedMemoryChild.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        // On processors for which TensorFlow uses oneDNN, a pool of its own would keep the memory for the next model.
        child.environment().put("TF_ONEDNN_USE_SYSTEM_ALLOCATOR", "1");
        Process process = child.start();
        assertThat(process.waitFor()).as(Files.readString(output)).isZero();
        try (Stream<String> lines = Files.lines(output)) {
            String[] resident = lines.filter(line -> line.startsWith("resident "))
                    .findFirst()
                    .orElseThrow()
                    .split(" ", -1);
            long before = Long.parseLong(resident[1]);
            long taken = Long.parseLong(resident[2]) - before;
            long left = Long.parseLong(resident[3]) - before;
            assertThat(taken).isGreaterThan(60L << 20);
            assertThat(left).isLessThan(taken / 3);
        }
    }
}
