package dev.lancet.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.dsl.LancetException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AppendedFileTest {

    @TempDir
    private Path folder;

    @Test
    void lines_are_there_at_once_and_later_ones_follow() {
        Path file = folder.resolve("log.jsonl");
        try (AppendedFile log = AppendedFile.open(file)) {
            log.line("one");
            assertThat(file).hasContent("one\n");
            log.flush();
        }
        try (AppendedFile log = AppendedFile.open(file)) {
            log.line("two");
        }
        assertThat(file).hasContent("one\ntwo\n");
        assertThatThrownBy(() -> AppendedFile.create(file))
                .isInstanceOf(LancetException.class)
                .hasMessageContaining("cannot be written");
    }

    @Test
    void temporary_folders_are_removed_when_they_are_closed() {
        TemporaryFolder made = TemporaryFolder.create("lancet-appended-file-test");
        AtomicFile.replace(made.path().resolve("a.txt"), "a");
        assertThat(made.path().resolve("a.txt")).exists();
        made.close();
        assertThat(made.path()).doesNotExist();
    }
}
