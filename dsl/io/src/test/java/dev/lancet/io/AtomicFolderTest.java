package dev.lancet.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lancet.dsl.LancetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFolderTest {

    @TempDir
    private Path folder;

    @Test
    void a_folder_appears_with_all_its_files_when_it_is_finished() throws IOException {
        Path assets = Files.createDirectories(folder.resolve("from/assets/deep"));
        Files.writeString(assets.resolve("words.txt"), "a b");
        Path target = folder.resolve("made/model");
        try (AtomicFolder made = AtomicFolder.create(target)) {
            made.text("a.txt", "text");
            made.bytes("b.bin", new byte[] {1, 2});
            made.copy(folder.resolve("from/assets"));
            assertThat(made.sha256("a.txt")).isEqualTo(Sha256.of("text"));
            assertThat(target).doesNotExist();
            made.finish();
        }
        assertThat(target.resolve("a.txt")).hasContent("text");
        assertThat(target.resolve("b.bin")).hasBinaryContent(new byte[] {1, 2});
        assertThat(target.resolve("assets/deep/words.txt")).hasContent("a b");
    }

    @Test
    void nothing_remains_of_a_folder_that_is_not_finished() {
        try (AtomicFolder made = AtomicFolder.create(folder.resolve("deep/down/model"))) {
            made.text("a.txt", "half");
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void a_folder_does_not_replace_another() throws IOException {
        Path target = Files.createDirectory(folder.resolve("model"));
        assertThatExceptionOfType(LancetException.class)
                .isThrownBy(() -> AtomicFolder.create(target))
                .withMessage(target + ": exists already; choose another path or remove it first");
    }

    @Test
    void a_hash_has_lower_case_digits() {
        assertThat(Sha256.of("abc")).isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
