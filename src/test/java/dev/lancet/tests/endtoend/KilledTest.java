package dev.lancet.tests.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trainings whose process is killed, as by {@code kill -9}, and begun again, against the same without disturbance. */
class KilledTest {

    private static final long PATIENCE = 300;

    @TempDir
    Path folder;

    private Path text = Path.of("");
    private int killed;

    @BeforeEach
    void write() throws IOException {
        StringBuilder words = new StringBuilder();
        Random random = new Random(5);
        for (int i = 0; i < 900; i++) {
            words.append(List.of("rates ", "prices ", "jobs ", "and ", "fell. ", "rose. ")
                    .get(random.nextInt(6)));
        }
        text = Files.writeString(folder.resolve("text.txt"), words);
        StringBuilder rows = new StringBuilder("question,answer\n");
        for (int i = 0; i < 50; i++) {
            rows.append(i % 7)
                    .append('+')
                    .append(i % 5)
                    .append(',')
                    .append(i % 7 + i % 5)
                    .append('\n');
        }
        Files.writeString(folder.resolve("text.txt.csv"), rows);
    }

    @Test
    void killed_after_a_step_while_a_state_is_written_and_at_any_moment() throws IOException, InterruptedException {
        Path disturbed = folder.resolve("disturbed");
        kill("dense", disturbed, () -> lines(disturbed) >= 4);
        for (int i = 0; i < 3; i++) {
            kill("dense", disturbed, () -> isWriting(disturbed));
        }
        long pause = new Random().nextInt(1500);
        int before = lines(disturbed);
        long[] begun = {0};
        kill("dense", disturbed, () -> {
            begun[0] = begun[0] == 0 && lines(disturbed) > before ? System.nanoTime() : begun[0];
            return begun[0] > 0 && System.nanoTime() - begun[0] > TimeUnit.MILLISECONDS.toNanos(pause);
        });
        comesToTheSame("dense", disturbed, "with a last kill " + pause + " ms after a step");
        assertThat(killed).isGreaterThanOrEqualTo(4);
        assertThat(disturbed).isDirectoryNotContaining("glob:**partial**");
    }

    @Test
    @Tag("slow")
    void killed_with_muon_factors_accumulation_byte_pairs_and_an_early_end() throws IOException, InterruptedException {
        Path disturbed = folder.resolve("disturbed");
        kill("everything", disturbed, () -> lines(disturbed) >= 3);
        kill("everything", disturbed, () -> lines(disturbed) >= 17);
        comesToTheSame("everything", disturbed, "");
        assertThat(killed).isEqualTo(2);
    }

    @Test
    @Tag("slow")
    void killed_before_and_after_the_cut_of_a_model_that_is_dense_first() throws IOException, InterruptedException {
        Path disturbed = folder.resolve("disturbed");
        kill("dense first", disturbed, () -> lines(disturbed.resolve("dense")) >= 15);
        kill("dense first", disturbed, () -> lines(disturbed.resolve("cut")) >= 10);
        comesToTheSame("dense first", disturbed, "");
        assertThat(killed).isEqualTo(2);
    }

    @Test
    @Tag("slow")
    void killed_with_dense_twins_that_lead_the_factors_and_after_them() throws IOException, InterruptedException {
        Path disturbed = folder.resolve("disturbed");
        kill("self-guided", disturbed, () -> lines(disturbed) >= 10);
        kill("self-guided", disturbed, () -> lines(disturbed) >= 27);
        comesToTheSame("self-guided", disturbed, "");
        assertThat(killed).isEqualTo(2);
    }

    @Test
    @Tag("slow")
    void killed_with_adapters_dropout_whole_weights_and_moments_in_8_bits() throws IOException, InterruptedException {
        Path disturbed = folder.resolve("disturbed");
        kill("adapters", disturbed, () -> lines(disturbed) >= 10);
        comesToTheSame("adapters", disturbed, "");
        assertThat(killed).isEqualTo(1);
    }

    @Test
    @Tag("slow")
    void killed_with_packed_examples_adapters_and_accumulation() throws IOException, InterruptedException {
        Path disturbed = folder.resolve("disturbed");
        kill("examples", disturbed, () -> lines(disturbed) >= 30);
        comesToTheSame("examples", disturbed, "");
        assertThat(killed).isEqualTo(1);
    }

    private void comesToTheSame(String kind, Path disturbed, String when) throws IOException, InterruptedException {
        Path whole = folder.resolve("whole");
        assertThat(start(kind, whole).waitFor()).isZero();
        if (!Files.exists(disturbed.resolve("model"))) {
            assertThat(start(kind, disturbed).waitFor()).isZero();
        }
        assertThat(disturbed.resolve("model/model.safetensors"))
                .as(when)
                .hasSameBinaryContentAs(whole.resolve("model/model.safetensors"));
        for (String log : new String[] {"metrics.jsonl", "dense/metrics.jsonl", "cut/metrics.jsonl"}) {
            if (Files.exists(whole.resolve(log))) {
                assertThat(losses(disturbed.resolve(log))).isEqualTo(losses(whole.resolve(log)));
            }
        }
    }

    private static List<String> losses(Path log) throws IOException {
        return Files.readAllLines(log).stream()
                .map(line -> line.replaceAll(",\"milliseconds\".*", ""))
                .toList();
    }

    /** Starts it and kills it at that moment; or lets it end, if it was done before. */
    private void kill(String kind, Path disturbed, BooleanSupplier moment) throws IOException, InterruptedException {
        Process process = start(kind, disturbed);
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE);
        while (process.isAlive() && !moment.getAsBoolean()) {
            assertThat(System.nanoTime()).as("the moment never came").isLessThan(until);
            Thread.sleep(1);
        }
        process.destroyForcibly();
        if (process.waitFor() != 0) {
            assertThat(process.waitFor()).isEqualTo(128 + 9);
            killed++;
        }
    }

    private Process start(String kind, Path where) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                TrainingChild.class.getName(),
                kind,
                text.toString(),
                where.toString()));
        File output = folder.resolve("output-" + System.nanoTime() + ".txt").toFile();
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output)
                .start();
    }

    private static int lines(Path where) {
        Path log = where.resolve("metrics.jsonl");
        try {
            return Files.exists(log) ? Files.readAllLines(log).size() : 0;
        } catch (IOException e) {
            return 0;
        }
    }

    private static boolean isWriting(Path where) {
        try (Stream<Path> files = Files.list(where)) {
            return files.anyMatch(file -> file.getFileName().toString().endsWith(".partial")
                    && file.getFileName().toString().startsWith(".state"));
        } catch (IOException e) {
            return false;
        }
    }
}
