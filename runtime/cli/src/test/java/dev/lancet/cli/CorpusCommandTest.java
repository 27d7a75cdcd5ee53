package dev.lancet.cli;

import static dev.lancet.cli.Ran.lancet;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class CorpusCommandTest {

    @TempDir
    private Path folder;

    private Path news;

    @BeforeEach
    void write() throws IOException {
        StringBuilder rows = new StringBuilder("id,headline\n");
        for (int i = 0; i < 40; i++) {
            rows.append(i).append(",The Committee met ").append(i % 20).append(" times\n");
        }
        news = Files.writeString(folder.resolve("news.csv"), rows);
    }

    @Test
    void it_counts_documents_and_tokens_and_keeps_them() {
        Path out = folder.resolve("corpora");
        String[] arguments = {
            "corpus",
            news.toString(),
            "--field",
            "headline",
            "--vocabulary",
            "280",
            "--hold-out",
            "0.1",
            "--out",
            out.toString(),
            "--json",
            "--quiet"
        };

        JsonNode document = lancet(arguments).json();

        assertThat(document.get("documents").asInt()).isEqualTo(20);
        assertThat(document.get("repeated_documents").asInt()).isEqualTo(20);
        assertThat(document.get("held_out_documents").asInt()).isEqualTo(2);
        assertThat(document.get("tokens").asInt())
                .isGreaterThan(9 * document.get("held_out_tokens").asInt() / 2);
        assertThat(Path.of(document.get("tokenizer").asString())).exists().startsWith(out);
        JsonNode again = lancet(arguments).json();
        assertThat(again.get("fingerprint")).isEqualTo(document.get("fingerprint"));
        assertThat(out.toFile().list()).hasSize(2);
    }

    @Test
    void for_people_it_is_one_line() {
        assertThat(lancet("corpus", news.toString(), "--field", "headline", "--quiet"))
                .isEqualTo(new Ran(
                        0,
                        "20 documents, 0 of them held out, 20 repeated ones left out; 548 tokens to train on, 0 held"
                                + " out, of bytes\n",
                        ""));
    }

    @Test
    void wrong_usage_and_wrong_names_are_told() {
        assertThat(lancet("corpus", news.toString(), "--quiet"))
                .isEqualTo(new Ran(
                        1,
                        "",
                        "error: corpus: " + news + " has no column 'text', only [id, headline];"
                                + " choose one of them with field\n"));
        assertThat(lancet("corpus", news.toString(), "--hold-out", "1"))
                .isEqualTo(new Ran(
                        2, "", "error: holdOut: 1.0; it must be at least 0 and less than 1, for" + " example 0.05\n"));
        assertThat(lancet("corpus", "a", "--vocabulary", "300", "--tokenizer", "b")
                        .err())
                .isEqualTo("error: --tokenizer and --vocabulary: the first reads a tokenizer, the second learns"
                        + " one; give only one\n");
    }
}
