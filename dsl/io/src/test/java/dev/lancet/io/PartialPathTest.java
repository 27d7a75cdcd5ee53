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
    void files_of_a_dead_process_are_removed_by_the_next_writer() throws Exception {
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
    void files_of_other_targets_are_removed_if_nobody_writes_these() throws Exception {
        long dead = dead();
        Path left = Files.writeString(folder.resolve(".other." + dead + "-1f.partial"), "half");
        Path lock = Files.writeString(folder.resolve(".gone.lancet-lock"), dead + "\n");
        Path written = Files.writeString(folder.resolve(".written." + dead + "-1f.partial"), "half");

        try (OutputLock writer = OutputLock.take(folder.resolve("written"), "output")) {
            PartialPath.of(folder.resolve("model"));
            assertThat(writer).isNotNull();
        }

        assertThat(left).doesNotExist();
        assertThat(lock).doesNotExist();
        assertThat(written).exists();
    }

    @Test
    void files_of_living_writers_and_files_that_only_look_similar_stay() throws Exception {
        long dead = dead();
        String[] kept = {
            ".model." + SELF + "-1f.partial",
            ".other." + SELF + "-1f.partial",
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
    void a_later_process_with_the_same_number_is_not_the_writer() throws IOException {
        Path old = Files.writeString(folder.resolve(".model." + SELF + "-1f.partial"), "half");
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(365, ChronoUnit.DAYS)));

        PartialPath.of(folder.resolve("model"));

        assertThat(old).doesNotExist();
    }

    @Test
    void a_missing_folder_needs_no_clearing() {
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
