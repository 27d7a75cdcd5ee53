package dev.lancet.cli;

import static dev.lancet.cli.Ran.lancet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lancet.runtime.text.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class TokenizerCommandTest {

    private static final String SENTENCE =
            "The Committee decided to keep the target range for the federal funds rate. ";

    @TempDir
    private Path folder;

    private Path text;
    private Path out;

    @BeforeEach
    void write() throws IOException {
        text = Files.writeString(folder.resolve("text.txt"), SENTENCE.repeat(20));
        out = folder.resolve("tokenizer.json");
    }

    @Test
    void it_writes_a_tokenizer_and_says_what_it_learnt() {
        Ran ran = lancet(
                "tokenizer", text.toString(), "--vocabulary", "300", "--out", out.toString(), "--json", "--quiet");

        assertThat(ran.err()).isEmpty();
        JsonNode document = ran.json();
        assertThat(document.get("vocabulary").asInt()).isEqualTo(300);
        assertThat(document.get("merges").asInt()).isEqualTo(43);
        try (Tokenizer tokenizer = Tokenizer.open(out)) {
            assertThat(tokenizer.vocabulary()).isEqualTo(300);
            assertThat(document.get("tokens").asInt())
                    .isEqualTo(tokenizer.encode(SENTENCE.repeat(20).strip()).length);
        }
    }

    @Test
    void a_vocabulary_smaller_than_requested_is_reported() {
        Ran ran = lancet("tokenizer", text.toString(), "--vocabulary", "5000", "--out", out.toString(), "--quiet");

        assertThat(ran.out()).contains(" of 5000 (no other pair occurs 2 times) learnt from ", "wrote " + out);
    }

    @Test
    void wrong_usage_is_told_before_any_work() {
        assertThat(lancet("tokenizer", text.toString(), "--vocabulary", "200", "--out", out.toString()))
                .isEqualTo(new Ran(
                        2,
                        "",
                        "error: --vocabulary: 200 is too small: bytes and special tokens alone are 257; choose"
                                + " more, for example 4096\n"));
        assertThat(lancet("tokenizer", text.toString(), "--vocabulary", "300", "--out", "vocab.bpe"))
                .isEqualTo(new Ran(
                        2,
                        "",
                        "error: --out: vocab.bpe is not recognizable as a tokenizer file; choose a name"
                                + " that ends in .json\n"));
    }

    @Test
    void an_existing_file_is_never_overwritten() throws IOException {
        Files.writeString(out, "mine");

        assertThat(lancet("tokenizer", text.toString(), "--vocabulary", "300", "--out", out.toString()))
                .isEqualTo(new Ran(
                        1, "", "error: " + out + ": exists already; choose another path or remove it" + " first\n"));
        assertThat(out).hasContent("mine");
    }
}
