package dev.lancet.runtime.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lancet.dsl.LancetException;
import dev.lancet.io.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabelledTextsTest {

    @TempDir
    private Path folder;

    @Test
    void a_share_of_every_class_is_held_out_and_a_single_text_never() {
        List<LabelledText> rows = new ArrayList<>();
        for (int i = 0; i < 31; i++) {
            rows.add(new LabelledText("row " + i, "text " + i, i == 30 ? "rare" : i < 20 ? "often" : "seldom"));
        }
        LabelledTexts texts = new LabelledTexts(rows);
        LabelledTexts.Split split = texts.holdOut(0.1, 7);
        assertThat(split.heldOut().rows().stream().map(LabelledText::label))
                .containsExactly("often", "often", "seldom");
        assertThat(split.rest().count()).isEqualTo(28);
        assertThat(split.rest().rows())
                .doesNotContainAnyElementsOf(split.heldOut().rows());
        assertThat(texts.holdOut(0.1, 7)).isEqualTo(split);
        assertThat(texts.holdOut(0.1, 8)).isNotEqualTo(split);
        assertThat(texts.holdOut(0, 7).rest()).isEqualTo(texts);
        assertThat(ClassLabels.of(texts).missingIn(split.heldOut())).containsExactly("rare");
    }

    @Test
    void whole_numbers_are_classes_in_their_order() {
        assertThat(ClassLabels.of(labelled("10", "-1", "9")).names()).containsExactly("-1", "9", "10");
        assertThat(ClassLabels.of(labelled("10", "b", "9")).names()).containsExactly("10", "9", "b");
    }

    @Test
    void a_field_with_other_values_than_classes_is_refused() {
        String[] labels = new String[1001];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = "label " + i;
        }
        assertThatExceptionOfType(LancetException.class)
                .isThrownBy(() -> ClassLabels.of(labelled(labels)))
                .withMessageContaining("have 1001 different ones, such as 'label 0', above the limit of 1000")
                .withMessageContaining("--label");
    }

    @Test
    void rows_of_the_phrasebank_need_no_field() throws IOException {
        Path file = Files.writeString(folder.resolve("phrases.txt"), "Profit rose@positive\nIt fell @negative\n");
        assertThat(
                        LabelledTexts.read(file, new LabelledTexts.Fields(Optional.empty(), "label"), Progress.silent())
                                .rows()
                                .stream()
                                .map(row -> row.text() + "|" + row.label()))
                .containsExactly("Profit rose|positive", "It fell|negative");
    }

    @Test
    void a_row_without_a_class_is_named() throws IOException {
        Path file = Files.writeString(folder.resolve("rows.csv"), "text,label\nIt rose,up\nIt fell,\n");
        assertThatExceptionOfType(LancetException.class)
                .isThrownBy(() -> LabelledTexts.read(
                        file, new LabelledTexts.Fields(Optional.empty(), "label"), Progress.silent()))
                .withMessageContaining("rows.csv")
                .withMessageContaining("has nothing in its field 'label'");
    }

    private static LabelledTexts labelled(String... labels) {
        List<LabelledText> rows = new ArrayList<>();
        for (String label : labels) {
            rows.add(new LabelledText("row", "text", label));
        }
        return new LabelledTexts(rows);
    }
}
