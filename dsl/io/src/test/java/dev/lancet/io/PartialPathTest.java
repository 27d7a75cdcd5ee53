package dev.lancet.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartialPathTest {

    private static final long SELF = ProcessHandle.current().pid();

    @TempDir
    private Path folder;

    @Test
    void what_a_dead_process_left_is_cleared_by_the_next_of_the_same_name() throws Exception {
        long dead = dead();
        Path file = Files.writeString(folder.resolve(".model." + dead + "-1f.partial"), "half");
        Path inside = folder.resolve(".model." + dead + "-2a.partial").resolve("deep");
        Files.writeString(Files.createDirectories(inside).resolve("weights"), "half");

        Path next = PartialPath.of(folder.resolve("model"));

        assertThat(next.getFileName().toString()).matches("\\.model\\." + SELF + "-[0-9a-f]+\\.partial");
        assertThat(file).doesNotExist();
        assertThat(inside.getParent()).doesNotExist();
    }

    @Test
    void what_others_write_or_called_otherwise_stays() throws Exception {
        long dead = dead();
        String[] kept = {
            ".model." + SELF + "-1f.partial",
            ".model-2." + dead + "-1f.partial",
            ".model.x." + dead + "-1f.partial",
            ".model." + dead + ".partial",
            "model." + dead + "-1f.partial",
            ".model." + dead + "-1f.partial.txt"
        };
        for (String name : kept) {
            Files.writeString(folder.resolve(name), "theirs");
        }

        PartialPath.of(folder.resolve("model"));

        assertThat(folder.toFile().list()).containsExactlyInAnyOrder(kept);
    }

    /** In a container every run has the same number. */
    @Test
    void a_process_that_began_later_under_the_same_number_did_not_write_it() throws IOException {
        Path old = Files.writeString(folder.resolve(".model." + SELF + "-1f.partial"), "half");
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(365, ChronoUnit.DAYS)));

        PartialPath.of(folder.resolve("model"));

        assertThat(old).doesNotExist();
    }

    @Test
    void a_folder_that_is_not_there_yet_holds_nothing_to_clear() {
        assertThat(PartialPath.of(folder.resolve("a/b/model")).getParent()).isEqualTo(folder.resolve("a/b"));
    }

    private static long dead() throws Exception {
        String java = ProcessHandle.current().info().command().orElse("java");
        Process process = new ProcessBuilder(java, "-version")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        process.waitFor();
        return process.pid();
    }
}
