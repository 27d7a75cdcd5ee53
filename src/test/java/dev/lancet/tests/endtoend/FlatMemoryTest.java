package dev.lancet.tests.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Native memory of 300 steps, with accumulation, validations and states, as JavaCPP counts it and as the system does. */
class FlatMemoryTest {

    private static final long MEGABYTE = 1 << 20;

    @TempDir
    Path folder;

    /** What was held after a step. */
    private record Held(int step, long counted, long physical, long resident) {
        static Held of(String line) {
            String[] words = line.split(" ", -1);
            return new Held(
                    Integer.parseInt(words[1]),
                    Long.parseLong(words[2]),
                    Long.parseLong(words[3]),
                    Long.parseLong(words[4]));
        }
    }

    @Test
    @Tag("slow")
    void three_hundred_steps_hold_no_more_than_the_first() throws IOException, InterruptedException {
        List<Held> held = probe(0);
        assertThat(held).hasSize(100);
        Held early = held.get(33);
        for (Held later : held.subList(34, 100)) {
            assertThat(later.counted())
                    .as("JavaCPP's own, step " + later.step())
                    .isLessThanOrEqualTo(early.counted());
        }
        assertThat(grown(held, false)).isLessThan(6 * MEGABYTE);
        assertThat(grown(held, true)).isLessThan(6 * MEGABYTE);
    }

    @Test
    @Tag("slow")
    void a_tensor_that_is_lost_at_each_step_is_seen() throws IOException, InterruptedException {
        // 60 kB a step, as one gradient would be: 12 MB over the 200 steps that are looked at.
        assertThat(grown(probe(15_000), false)).isGreaterThan(9 * MEGABYTE);
    }

    /** By how much the least of the last 30 steps lies over the least of those from 60 to 100, so that noise counts little. */
    private static long grown(List<Held> held, boolean resident) {
        return least(held.subList(90, 100), resident) - least(held.subList(20, 34), resident);
    }

    private static long least(List<Held> held, boolean resident) {
        return held.stream()
                .mapToLong(one -> resident ? one.resident() : one.physical())
                .min()
                .orElseThrow();
    }

    private List<Held> probe(int leak) throws IOException, InterruptedException {
        Path output = folder.resolve("output.txt");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xms96m",
                        "-Xmx96m",
                        "-XX:+AlwaysPreTouch",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        MemoryProbe.class.getName(),
                        folder.resolve("training").toString(),
                        "300",
                        String.valueOf(leak))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor()).isZero();
        try (Stream<String> lines = Files.lines(output)) {
            return lines.filter(line -> line.startsWith("probe ")).map(Held::of).toList();
        }
    }
}
