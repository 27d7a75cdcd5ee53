package dev.lancet.tests.endtoend;

import static dev.lancet.Lancet.heads;
import static dev.lancet.Lancet.swiglu;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lancet.compression.FreshWeights;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.runtime.checkpoint.HuggingFace;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code lancet compress} that is killed, as by {@code kill -9}, and continued, against the same without disturbance. */
class KilledCompressionTest {

    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(300);

    @TempDir
    Path folder;

    private List<String> options = List.of();

    private Path output() {
        return folder.resolve("output.txt");
    }

    @Test
    @Tag("slow")
    void killed_several_times_it_continues_to_the_same_bytes() throws IOException, InterruptedException {
        continues(List.of("--calibrate", "IDS", "--window", "32", "--samples", "8", "--cache", "CACHE"));
    }

    static Stream<List<String>> otherWays() {
        return Stream.of(
                List.of(),
                List.of("--calibrate", "IDS", "--window", "32", "--samples", "8", "--no-cache", "--sequential"));
    }

    @ParameterizedTest
    @Tag("slow")
    @MethodSource("otherWays")
    void killed_in_other_ways_of_compressing_it_continues_to_the_same_bytes(List<String> way)
            throws IOException, InterruptedException {
        continues(way);
    }

    private void continues(List<String> way) throws IOException, InterruptedException {
        options = way.stream()
                .map(word -> word.equals("IDS") || word.equals("CACHE")
                        ? folder.resolve(word + ".i32").toString()
                        : word)
                .toList();
        ByteBuffer ids = ByteBuffer.allocate(12 * 32 * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        new Random(5).ints(12 * 32, 0, 300).forEach(ids::putInt);
        Files.write(folder.resolve("IDS.i32"), ids.array());
        Path model = folder.resolve("model");
        Transformer small = Transformer.decoder("small")
                .vocabulary(300)
                .context(32)
                .width(256)
                .layers(4)
                .attention(heads(4))
                .feedForward(swiglu(512))
                .build();
        HuggingFace.write(model, small, new FreshWeights(small, 1).under(Plan.dense(small)), Optional.empty());
        Path whole = folder.resolve("whole");
        assertThat(start(model, whole).waitFor()).as(Files.readString(output())).isZero();

        Path disturbed = folder.resolve("disturbed");
        Path journal = folder.resolve(".disturbed.resumable/journal");
        int killed = 0;
        for (int wanted : new int[] {2, 16}) {
            killed += kill(start(model, disturbed, "--resume"), () -> lines(journal) >= wanted) ? 1 : 0;
        }
        // The model is complete, but its quality and the report are missing.
        Path complete = folder.resolve(".disturbed.resumable/result/disturbed/lancet.json");
        killed += kill(start(model, disturbed, "--resume"), () -> Files.exists(complete)) ? 1 : 0;
        assertThat(killed).isPositive();
        if (!Files.exists(disturbed)) {
            int before = lines(journal);
            assertThat(start(model, disturbed).waitFor()).isEqualTo(1);
            assertThat(Files.readString(output())).contains("was begun and not finished; add --resume to continue");
            assertThat(before).isPositive();
            assertThat(lines(journal)).isEqualTo(before);
            assertThat(start(model, disturbed, "--resume").waitFor())
                    .as(Files.readString(output()))
                    .isZero();
        }
        for (String name : new String[] {"model.safetensors", "plan.json", "lancet.json"}) {
            assertThat(disturbed.resolve(name)).hasSameBinaryContentAs(whole.resolve(name));
        }
        assertThat(disturbed.resolve("report.json")).exists();
        assertThat(folder).isDirectoryNotContaining("glob:**resumable**");
        assertThat(disturbed).isDirectoryNotContaining("glob:**journal**");
    }

    /** Kills it at a random moment after another one; false if it ended before. */
    private static boolean kill(Process process, BooleanSupplier moment) throws IOException, InterruptedException {
        long until = System.nanoTime() + PATIENCE;
        while (process.isAlive() && !moment.getAsBoolean()) {
            assertThat(System.nanoTime()).as("the moment never came").isLessThan(until);
            Thread.sleep(1);
        }
        Thread.sleep(new Random().nextInt(30));
        process.destroyForcibly();
        return process.waitFor() == 128 + 9;
    }

    private static int lines(Path journal) {
        try {
            return Files.exists(journal) ? Files.readAllLines(journal).size() : 0;
        } catch (IOException gone) {
            return 0;
        }
    }

    private Process start(Path model, Path out, String... more) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.lancet.cli.Main",
                "compress",
                model.toString(),
                "--ratio",
                "0.5",
                "--bits",
                "4",
                "--out",
                out.toString()));
        command.addAll(options);
        command.addAll(List.of(more));
        File said = output().toFile();
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(said)
                .start();
    }
}
