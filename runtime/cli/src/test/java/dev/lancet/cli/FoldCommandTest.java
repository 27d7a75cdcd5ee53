package dev.lancet.cli;

import static dev.lancet.cli.Ran.lancet;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** {@code lancet compress --fold}: what it writes, and what it says about it. */
class FoldCommandTest {

    private static final String STORIES = "../../src/test/resources/fixtures/stories260K/stories260K.bin";

    @TempDir
    private Path folder;

    @Test
    void bytes_errors_and_the_report_are_those_of_the_folded_model() throws IOException {
        String slim = folder.resolve("slim").toString();
        String both = folder.resolve("both").toString();
        String later = folder.resolve("later").toString();
        JsonNode cut = compress("--rank", "20", "--bits", "8", "--out", slim);
        JsonNode folded = compress("--rank", "20", "--bits", "8", "--fold", "--out", both);
        JsonNode after =
                lancet("compress", slim, "--fold", "--out", later, "--json").json();

        assertThat(folded.get("steps")).hasSameSizeAs(cut.get("steps"));
        for (int i = 0; i < cut.get("steps").size(); i++) {
            JsonNode step = folded.get("steps").get(i);
            assertThat(step.get("error")).isEqualTo(cut.get("steps").get(i).get("error"));
            assertThat(step.get("rank").isNull()).isTrue();
            assertThat(step.get("bytes")).isEqualTo(step.get("bytes_before"));
        }
        assertThat(folded.get("bytes_after").asLong())
                .isEqualTo(folded.get("bytes_before").asLong())
                .isEqualTo(after.get("bytes_after").asLong());
        assertThat(Files.readString(Path.of(both, "report.md"))).contains("float32", "multiplied out");
    }

    @Test
    void a_budget_counts_no_folded_matrices() {
        String out = folder.resolve("out").toString();
        assertThat(lancet("compress", STORIES, "--budget", "4x", "--fold", "--out", out)
                        .err())
                .contains("--fold: float32 matrices take more bytes than the budget of 4x counts");
        assertThat(Path.of(out)).doesNotExist();
    }

    private static JsonNode compress(String... options) {
        String[] all = new String[options.length + 3];
        all[0] = "compress";
        all[1] = STORIES;
        System.arraycopy(options, 0, all, 2, options.length);
        all[all.length - 1] = "--json";
        return lancet(all).json();
    }
}
