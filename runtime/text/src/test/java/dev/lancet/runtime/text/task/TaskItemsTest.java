package dev.lancet.runtime.text.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.recipe.Task;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TaskItemsTest {

    @TempDir
    private Path folder;

    private String file(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content).toString();
    }

    private static TaskItem only(Task task) {
        List<TaskItem> items = TaskItems.read(task).items();
        assertThat(items).hasSize(1);
        return items.get(0);
    }

    @Test
    void a_csv_row_becomes_a_prompt_with_labels() throws IOException {
        String data = file("valid.csv", "text,label\n\"$A, up\n2 %\",1\n");

        TaskItem item = only(Task.named("tfns", data));

        assertThat(item.prompt())
                .isEqualTo("Instruction: What is the sentiment of this tweet? Please choose an answer from"
                        + " {negative/neutral/positive}.\nInput: $A, up\n2 %\nAnswer:");
        assertThat(item.choices())
                .extracting(TaskChoice::continuation)
                .containsExactly(" negative", " positive", " neutral");
        assertThat(item.answer()).isEqualTo("positive");
        assertThat(item.where()).endsWith("valid.csv, row 1");
    }

    @Test
    void the_space_behind_a_published_prompt_stands_before_the_answer() throws IOException {
        String data = file("ner.jsonl", "{\"context\": \"Type of 'Ada'?\\nAnswer: \", \"target\": \"person\"}\n");

        TaskItem item = only(Task.named("ner", data));

        assertThat(item.choices().get(item.right()))
                .isEqualTo(new TaskChoice("Type of 'Ada'?\nAnswer:", " person", "person"));
    }

    @Test
    void instructions_in_an_array_are_read_with_the_word_that_answers_them() throws IOException {
        String data = file("boolq.json", """
                [
                 {"instruction": "Is it so?", "input": "", "output": "the correct answer is true", "answer": "true"}
                ]
                """);

        TaskItem item = only(Task.named("boolq", data));

        assertThat(item.prompt()).isEqualTo("Is it so?\nAnswer:");
        assertThat(item.answer()).isEqualTo("true");
    }

    @Test
    void a_labelled_text_is_divided_at_its_last_at_sign() throws IOException {
        TaskItem item = only(Task.named("fpb", file("all.txt", "Sales @ EUR 3 mn rose .@positive\n")));

        assertThat(item.prompt()).contains("Input: Sales @ EUR 3 mn rose .\nAnswer:");
        assertThat(item.answer()).isEqualTo("positive");
    }

    @Test
    void a_gap_is_filled_and_the_text_behind_it_is_measured() throws IOException {
        String data = file(
                "rows.jsonl",
                "{\"sentence\": \"The _ is big.\", \"option1\": \"cup\", \"option2\": \"box\", \"answer\": \"2\"}");

        TaskItem item = only(Task.named("winogrande", data));

        assertThat(item.choices())
                .containsExactly(
                        new TaskChoice("The cup", " is big.", "cup"), new TaskChoice("The box", " is big.", "box"));
        assertThat(item.right()).isEqualTo(1);
    }

    @Test
    void values_are_not_searched_for_fields() throws IOException {
        String data = file("rows.csv", "a,b,label\n{b},x,yes\n");

        assertThat(only(Task.own("own", data, "{a} {{yes/no}}:").labels("yes", "no"))
                        .prompt())
                .isEqualTo("{b} {yes/no}:");
    }

    @Test
    void examples_and_limited_rows_are_drawn_by_the_seed_and_keep_their_order() throws IOException {
        StringBuilder rows = new StringBuilder("q,label\n");
        for (int i = 0; i < 50; i++) {
            rows.append(i).append(",yes\n");
        }
        Task task = Task.own("own", file("rows.csv", rows.toString()), "{q}:")
                .labels("yes", "no")
                .limit(5)
                .shots(2);

        List<TaskItem> items = TaskItems.read(task).items();

        assertThat(items).hasSize(5).isEqualTo(TaskItems.read(task).items());
        assertThat(items).isNotEqualTo(TaskItems.read(task.seed(3)).items());
        assertThat(items.get(0).prompt()).matches("\\d+: yes\n\n\\d+: yes\n\n\\d+:");
        assertThat(items.stream().map(item -> Integer.parseInt(item.where().replaceAll(".* ", ""))))
                .isSorted();
    }

    @Test
    void a_template_with_an_unknown_field_names_it_and_what_the_row_has() throws IOException {
        String data = file("rows.csv", "text,label\na,yes\n");

        refused(
                Task.own("own", data, "{texts}:").labels("yes"),
                "rows.csv, row 1 has no field 'texts', only text, label");
        refused(Task.named("piqa", data), "task: piqa needs rows with the fields goal, sol1, sol2, label; or");
    }

    @Test
    void an_answer_outside_the_labels_names_the_row() throws IOException {
        refused(
                Task.named("tfns", file("rows.csv", "text,label\na,0\nb,7\n")),
                "rows.csv, row 2 has the answer '7' in 'label', which is none of [negative/0/bearish,");
        refused(Task.named("tfns", file("rows.csv", "text,label\na,0\nb,\n")), "row 2 has an empty answer in 'label'");
    }

    @Test
    void answers_that_are_the_same_are_refused() throws IOException {
        refused(
                Task.named("piqa", file("rows.jsonl", "{\"goal\":\"g\",\"sol1\":\"x\",\"sol2\":\"x \",\"label\":0}")),
                "line 1 has the answer 'x' twice");
    }

    @Test
    void damaged_rows_are_named_by_their_line() throws IOException {
        refused(
                Task.named("ner", file("a.jsonl", "{\"context\":\"c\",\"target\":\"person\"}\n{\"context\":")),
                "a.jsonl, line 2 is not JSON");
        refused(Task.named("ner", file("b.json", "[\n{\"context\":\"c\",\n]")), "b.json, line 3 is not JSON");
        refused(Task.named("ner", file("c.json", "[1]")), "c.json, line 1 is not a JSON object");
        refused(
                Task.named("fpb", file("d.csv", "text,label\na,0\nb\n")),
                "d.csv, row 2 has 1 values for the 2 columns");
        refused(Task.named("fpb", file("e.txt", "a@neutral\nb\n")), "e.txt, line 2 has no @ before its label");
        refused(Task.named("fpb", file("f.csv", "text,label\n")), "f.csv has no rows");
        refused(Task.named("fpb", file("g.xml", "a")), "g.xml has no known ending");
        refused(Task.named("fpb", folder.toString()), "is a folder");
        refused(Task.named("fpb", folder.resolve("none.csv").toString()), "none.csv does not exist");
    }

    @Test
    void a_line_without_end_is_refused_before_it_is_in_memory() throws IOException {
        refused(
                Task.named("ner", file("long.jsonl", "\n\"" + "a".repeat(1 << 20))),
                "long.jsonl, line 2 has more than 1048576 characters");
        refused(
                Task.named("fpb", file("long.csv", "text,label\n\"" + "a".repeat((1 << 20) + 1) + "\",0\n")),
                "long.csv, row 1 has more than 1048576 characters");
    }

    @Test
    void text_that_is_not_utf8_is_refused() throws IOException {
        Path file = Files.write(
                folder.resolve("latin.csv"), "text,label\n\u00e9,0\n".getBytes(StandardCharsets.ISO_8859_1));

        refused(Task.named("fpb", file.toString()), "latin.csv is not UTF-8");
    }

    private static void refused(Task task, String message) {
        assertThatThrownBy(() -> TaskItems.read(task))
                .isInstanceOf(LancetException.class)
                .hasMessageContaining(message)
                .hasMessageNotContaining("\n");
    }
}
