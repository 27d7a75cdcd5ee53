package dev.lancet.runtime.text.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.dsl.LancetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenIdChecksTest {

    @TempDir
    Path folder;

    @Test
    void ids_are_read_little_endian() throws IOException {
        Path file = Files.write(folder.resolve("ids.i32"), new byte[] {1, 0, 0, 0, 0, 2, 0, 0});

        assertThat(TokenIdChecks.read(file)).containsExactly(1, 512);
    }

    @Test
    void a_file_of_three_bytes_and_an_empty_one_hold_no_ids() throws IOException {
        Path file = Files.write(folder.resolve("ids.i32"), new byte[3]);
        Path empty = Files.createFile(folder.resolve("empty.i32"));

        assertThatThrownBy(() -> TokenIdChecks.read(file))
                .isInstanceOf(LancetException.class)
                .hasMessage("ids: " + file
                        + " has 3 bytes; raw little-endian int32 ids take 4 bytes each, and at least one is needed");
        assertThatThrownBy(() -> TokenIdChecks.read(empty)).hasMessageStartingWith("ids: " + empty + " has 0 bytes");
    }

    @Test
    void a_negative_id_is_found() throws IOException {
        Path file = Files.write(folder.resolve("ids.i32"), new byte[] {1, 0, 0, 0, -1, -1, -1, -1});

        assertThatThrownBy(() -> TokenIdChecks.read(file))
                .isInstanceOf(LancetException.class)
                .hasMessageStartingWith("ids: -1 at position 1 of " + file);
    }

    @Test
    void an_id_that_the_model_does_not_know_is_named_with_its_place() {
        assertThatThrownBy(() -> TokenIdChecks.check(new int[] {5, 511, 512}, 512, "minutes.txt"))
                .isInstanceOf(LancetException.class)
                .hasMessage("ids: 512 at position 2 of minutes.txt is outside the vocabulary of 512;"
                        + " use the tokenizer that the model was trained with");
    }

    @Test
    void windows_follow_each_other_and_a_short_rest_is_dropped() {
        assertThat(TokenIdChecks.windows(new int[] {1, 2, 3, 4, 5, 6, 7}, 3))
                .isDeepEqualTo(new int[][] {{1, 2, 3}, {4, 5, 6}});
    }

    @Test
    void less_than_one_window_is_an_error() {
        assertThatThrownBy(() -> TokenIdChecks.windows(new int[20], 512))
                .isInstanceOf(LancetException.class)
                .hasMessage("perplexity: 20 ids are shorter than one window of 512;"
                        + " use a longer text or a smaller window");
    }
}
