package dev.lancet.assertj;

import static dev.lancet.assertj.LancetAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.surgery.graph.GraphText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GoldenGraphsTest {

    private static final String TEXT = "# lancet graph text 1\nx = Placeholder [2]\ny = Neg(x)\n";
    private static final String OTHER = "# lancet graph text 1\nx = Placeholder [2]\ny = Abs(x)\n";

    @TempDir
    private Path folder;

    private GoldenGraphs read;
    private GoldenGraphs write;

    @BeforeEach
    void open() {
        read = new GoldenGraphs(folder, false);
        write = new GoldenGraphs(folder, true);
    }

    @Test
    void a_graph_that_is_golden_passes() throws IOException {
        Files.writeString(folder.resolve("neg.graph"), TEXT);

        assertThat(GraphText.parse(TEXT)).isGolden("neg.graph", read);
    }

    @Test
    void windows_line_ends_do_not_count_as_a_difference() throws IOException {
        Files.writeString(folder.resolve("neg.graph"), TEXT.replace("\n", "\r\n"));

        assertThat(GraphText.parse(TEXT)).isGolden("neg.graph", read);
    }

    @Test
    void a_graph_that_is_another_fails_with_a_unified_diff_and_the_way_to_accept_it() throws IOException {
        Path file = Files.writeString(folder.resolve("neg.graph"), TEXT);

        assertThatThrownBy(() -> assertThat(GraphText.parse(OTHER)).isGolden("neg.graph", read))
                .isInstanceOf(AssertionError.class)
                .hasMessage("golden: neg.graph differs from the actual text\n\n"
                        + "--- " + file + "\n+++ actual\n@@ -1,3 +1,3 @@\n"
                        + " # lancet graph text 1\n x = Placeholder [2]\n-y = Neg(x)\n+y = Abs(x)\n\n"
                        + "If this is what you want, run the test with -Dgolden.update=true; it writes " + file);
        org.assertj.core.api.Assertions.assertThat(file).hasContent(TEXT);
    }

    @Test
    void a_golden_in_another_version_of_the_text_says_so_first() throws IOException {
        Files.writeString(folder.resolve("neg.graph"), TEXT.replace("text 1", "text 0"));

        assertThatThrownBy(() -> assertThat(GraphText.parse(TEXT)).isGolden("neg.graph", read))
                .hasMessageStartingWith(
                        "golden: neg.graph differs from the actual text; it is in another version of the text"
                                + " ('# lancet graph text 1' now, '# lancet graph text 0' then)\n\n--- ");
    }

    @Test
    void a_missing_golden_fails_and_writes_nothing() {
        assertThatThrownBy(() -> read.verify("new.graph", TEXT))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("golden: there is no new.graph yet\n\nIf this is what you want, ");
        org.assertj.core.api.Assertions.assertThat(folder).isEmptyDirectory();
    }

    @Test
    void an_update_writes_new_and_changed_goldens() throws IOException {
        Files.writeString(folder.resolve("neg.graph"), TEXT);

        write.verify("neg.graph", OTHER);
        write.verify("deeper/new.graph", TEXT);

        read.verify("neg.graph", OTHER);
        read.verify("deeper/new.graph", TEXT);
    }

    @Test
    void a_name_that_leads_out_of_the_folder_is_an_error() {
        assertThatThrownBy(() -> write.verify("../escaped.graph", TEXT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("golden: '../escaped.graph' is not the name of a file in " + folder
                        + "; use a plain file name");
    }

    @Test
    void a_long_difference_begins_with_its_names_and_is_cut() throws IOException {
        String golden =
                IntStream.range(0, 60).mapToObj(i -> "n" + i + " = Neg(x)\n").collect(Collectors.joining());
        Files.writeString(folder.resolve("long.graph"), golden);

        assertThatThrownBy(() -> new GoldenGraphs(folder, false)
                        .verify("long.graph", golden.replace("Neg", "Abs") + "y = Abs(n0)\n"))
                .message()
                .contains("60 changed: n0, n1, n2, n3, n4, n5, n6, n7 and 52 more\n1 added: y\n")
                .contains("... and 82 lines more; -Dgolden.lines=1000 shows them\n")
                .hasLineCount(50);
    }
}
