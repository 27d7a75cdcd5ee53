package dev.lancet.runtime.natives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalLong;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ElfFileTest {

    @TempDir
    Path folder;

    @Test
    void a_file_of_another_format_has_no_variables() throws IOException {
        Path text = Files.writeString(folder.resolve("libtext.so"), "x".repeat(1000));
        assertThat(variable(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4, 63, 64, 200, 4096, 20_000})
    void a_file_that_ends_early_is_refused(int bytes) throws IOException {
        assumeTrue(System.getProperty("os.name").equals("Linux"), "the libraries are ELF files on Linux only");
        byte[] whole = Files.readAllBytes(Path.of(Loader.load(org.bytedeco.javacpp.presets.javacpp.class)));
        Path part = Files.write(folder.resolve("libpart.so"), Arrays.copyOf(whole, bytes));
        assertThatThrownBy(() -> variable(part)).isInstanceOf(IOException.class).hasMessageContaining("ends");
    }

    private static OptionalLong variable(Path file) throws IOException {
        try (ElfFile elf = ElfFile.open(file)) {
            return elf.variable("anything", Integer.BYTES);
        }
    }
}
