package dev.lancet.runtime.text.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.dsl.LancetException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerFilesTest {

    @TempDir
    Path folder;

    @Test
    void a_missing_file_is_named() {
        Path file = folder.resolve("tokenizer.json");

        assertThatThrownBy(() -> Tokenizer.open(file))
                .isInstanceOf(LancetException.class)
                .hasMessage("tokenizer: " + file + " does not exist; check the path");
    }

    @Test
    void a_folder_without_a_tokenizer_is_an_error_that_names_the_files() {
        assertThatThrownBy(() -> Tokenizer.open(folder))
                .isInstanceOf(LancetException.class)
                .hasMessage("tokenizer: " + folder
                        + " has neither tokenizer.json nor tok*.bin; name the file, or use bytes()");
    }

    @Test
    void two_candidates_in_a_folder_are_one_too_many() throws IOException {
        Files.createFile(folder.resolve("tok512.bin"));
        Files.createFile(folder.resolve("tok4096.bin"));

        assertThatThrownBy(() -> Tokenizer.open(folder))
                .isInstanceOf(LancetException.class)
                .hasMessage("tokenizer: " + folder + " has 2 files tok*.bin; name one of them");
    }

    @Test
    void another_kind_of_file_is_refused() throws IOException {
        Path file = Files.createFile(folder.resolve("tokenizer.model"));

        assertThatThrownBy(() -> Tokenizer.open(file))
                .isInstanceOf(LancetException.class)
                .hasMessage("tokenizer: " + file + " is of no known kind; name a tokenizer.json, a llama2.c tok*.bin,"
                        + " or a model folder");
    }

    @Test
    void the_length_of_a_piece_is_never_trusted() throws IOException {
        Path file = write("tok.bin", 8, 0, Integer.MAX_VALUE);

        assertThatThrownBy(() -> Tokenizer.open(file))
                .isInstanceOf(LancetException.class)
                .hasMessage("tokenizer: " + file + " is damaged at piece 0: its header gives 2147483647 bytes,"
                        + " but the longest piece has 8; check that it is a complete llama2.c tokenizer");
    }

    @Test
    void a_truncated_piece_is_an_error() throws IOException {
        Path file = write("tok.bin", 8, 0, 7);

        assertThatThrownBy(() -> Tokenizer.open(file))
                .isInstanceOf(LancetException.class)
                .hasMessage("tokenizer: " + file + " is damaged at piece 0: the file has only 0 of its 7 bytes;"
                        + " check that it is a complete llama2.c tokenizer");
    }

    @Test
    void a_model_file_is_not_accepted_as_a_tokenizer() throws IOException {
        Path file = write("model.bin", -64, 172, 5);

        assertThatThrownBy(() -> Tokenizer.open(file))
                .isInstanceOf(LancetException.class)
                .hasMessage("tokenizer: " + file + " is not a llama2.c tokenizer: its header gives a longest piece"
                        + " of -64 bytes;"
                        + " name a tok*.bin or a tokenizer.json");
    }

    @Test
    void damaged_json_and_other_json_have_different_errors() throws IOException {
        Path broken = Files.writeString(folder.resolve("tokenizer.json"), "{\"model\": {");
        Path other = Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"llama\"}");

        assertThatThrownBy(() -> Tokenizer.open(broken))
                .isInstanceOf(LancetException.class)
                .hasMessageStartingWith("tokenizer: " + broken + " is not JSON: ")
                .hasMessageEndingWith("; check that it is complete and a tokenizer.json");
        assertThatThrownBy(() -> Tokenizer.open(other))
                .isInstanceOf(LancetException.class)
                .hasMessage("tokenizer: " + other
                        + " has no model.vocab; name a Hugging Face tokenizer.json, not another file of the model");
    }

    @Test
    void an_id_outside_the_vocabulary_is_refused() {
        assertThatThrownBy(() -> Tokenizer.bytes().decode(new int[] {256}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("id: 256; bytes has ids 0 to 255");
    }

    @Test
    void a_small_tokenizer_neither_truncates_nor_pads_although_its_file_says_so() throws IOException {
        Path file = Files.writeString(folder.resolve("tokenizer.json"), """
                {"version": "1.0",
                 "truncation": {"direction": "Right", "max_length": 2, "strategy": "LongestFirst", "stride": 0},
                 "padding": {"strategy": {"Fixed": 6}, "direction": "Right", "pad_to_multiple_of": null,
                             "pad_id": 0, "pad_type_id": 0, "pad_token": "<pad>"},
                 "added_tokens": [{"id": 3, "content": "</s>", "single_word": false, "lstrip": false, "rstrip": false,
                                   "normalized": false, "special": true}],
                 "normalizer": null, "pre_tokenizer": {"type": "Whitespace"}, "post_processor": null, "decoder": null,
                 "model": {"type": "WordLevel", "vocab": {"<pad>": 0, "rate": 1, "risk": 2}, "unk_token": "<pad>"}}
                """);

        try (Tokenizer tokenizer = Tokenizer.open(folder)) {
            assertThat(tokenizer.encode("rate risk rate risk")).containsExactly(1, 2, 1, 2);
            assertThat(tokenizer.vocabulary()).isEqualTo(4);
            assertThat(tokenizer.begin()).isEmpty();
            assertThat(tokenizer.end()).hasValue(3);
            assertThat(tokenizer.source()).contains(file);
            assertThat(tokenizer.decode(new int[] {1, 2, 3})).isEqualTo("rate risk");
        }
    }

    private Path write(String name, int longest, int score, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(longest).putInt(score).putInt(length);
        return Files.write(folder.resolve(name), bytes.array());
    }
}
