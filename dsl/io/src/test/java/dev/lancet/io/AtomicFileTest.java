package dev.lancet.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lancet.dsl.LancetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {

    @TempDir
    private Path folder;

    @Test
    void a_file_appears_when_it_is_finished() throws IOException {
        Path target = folder.resolve("deep/down/a.txt");
        try (AtomicFile file = AtomicFile.create(target)) {
            Files.writeString(file.partial(), "whole");
            assertThat(target).doesNotExist();
            file.finish();
        }
        assertThat(target).hasContent("whole");
        assertThat(target.getParent()).isDirectoryNotContaining("glob:**.partial");
    }

    @Test
    void nothing_remains_of_a_file_that_is_not_finished() throws IOException {
        try (AtomicFile file = AtomicFile.create(folder.resolve("a.txt"))) {
            Files.writeString(file.partial(), "half");
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void a_new_file_does_not_replace_another() throws IOException {
        Path target = Files.writeString(folder.resolve("a.txt"), "mine");
        assertThatExceptionOfType(LancetException.class)
                .isThrownBy(() -> AtomicFile.create(target))
                .withMessage(target + ": exists already; choose another path or remove it first");
        assertThat(target).hasContent("mine");
    }

    @Test
    void a_file_is_replaced_in_one_step() throws IOException {
        Path target = Files.writeString(folder.resolve("a.txt"), "old");
        AtomicFile.replace(target, "new");
        assertThat(target).hasContent("new");
        assertThat(folder).isDirectoryNotContaining("glob:**.partial");
    }

    @Test
    void a_replacement_that_fails_leaves_the_old_file() throws IOException {
        Path target = Files.writeString(folder.resolve("a.txt"), "old");
        assertThatExceptionOfType(LancetException.class)
                .isThrownBy(() -> AtomicFile.replace(target, file -> {
                    Files.writeString(file, "half");
                    throw new IOException("No space left on device");
                }))
                .withMessage(target + ": cannot be written: No space left on device; choose a place that is writable"
                        + " and has room");
        assertThat(target).hasContent("old");
        assertThat(folder).isDirectoryNotContaining("glob:**.partial");
    }

    @Test
    void a_file_larger_than_the_disk_is_refused_before_it_is_written() {
        try (AtomicFile file = AtomicFile.create(folder.resolve("a.bin"))) {
            assertThatExceptionOfType(LancetException.class)
                    .isThrownBy(() -> file.requireRoom(1L << 60))
                    .withMessageContaining("needs 1152921504606846976 bytes, but the disk has only");
        }
    }
}
