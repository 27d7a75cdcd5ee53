package dev.lancet.runtime.text.task;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.recipe.PromptTemplate;
import dev.lancet.dsl.recipe.Task;
import dev.lancet.dsl.recipe.TaskLabel;
import dev.lancet.dsl.recipe.TaskQuestion;
import dev.lancet.io.Progress;
import dev.lancet.runtime.text.source.FieldRow;
import dev.lancet.runtime.text.source.FieldRows;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The questions of a task, read from its file. Rows for examples and a limited number of rows are drawn by the task's seed;
 * what remains keeps the order of the file.
 *
 * @param question how the task asks about these data
 * @param items the questions
 */
public record TaskItems(TaskQuestion question, List<TaskItem> items) {

    private static final int MOST_ROWS = 1_000_000;

    private static final String BETWEEN_EXAMPLES = "\n\n";

    public TaskItems {
        items = List.copyOf(items);
    }

    /**
     * Reads the questions.
     *
     * @throws LancetException if the file is damaged, if its rows do not have the fields of the task, or if an answer is
     *     none of the labels; the message names the row
     */
    public static TaskItems read(Task task) {
        List<FieldRow> rows = rows(Path.of(task.data()));
        TaskQuestion question = question(task, rows.get(0));
        List<Integer> order = IntStream.range(0, rows.size()).boxed().collect(Collectors.toCollection(ArrayList::new));
        Collections.shuffle(order, new Random(task.seed()));
        if (task.shots() >= rows.size()) {
            throw new LancetException("shots: " + task.shots() + " of the " + rows.size() + " rows of " + task.data()
                    + " leave none to measure; use fewer");
        }
        StringBuilder examples = new StringBuilder();
        for (int row : order.subList(0, task.shots())) {
            TaskItem item = item(question, rows.get(row), "");
            examples.append(answered(item)).append(BETWEEN_EXAMPLES);
        }
        int measured = Math.min(rows.size() - task.shots(), task.limit().orElse(Integer.MAX_VALUE));
        List<TaskItem> items = order.subList(task.shots(), task.shots() + measured).stream()
                .sorted()
                .map(row -> item(question, rows.get(row), examples.toString()))
                .toList();
        return new TaskItems(question, items);
    }

    private static List<FieldRow> rows(Path file) {
        if (Files.isDirectory(file)) {
            throw new LancetException("task: " + file + " is a folder; name a file with rows");
        }
        List<FieldRow> rows = new ArrayList<>();
        FieldRows.of(List.of(file)).each("read a task", Progress.silent(), row -> {
            if (rows.size() == MOST_ROWS) {
                throw new LancetException("task: " + file + " has more than " + MOST_ROWS + " rows; split it");
            }
            rows.add(row);
        });
        if (rows.isEmpty()) {
            throw new LancetException("task: " + file + " has no rows; check the path");
        }
        return rows;
    }

    /** The names of the answers, in order. */
    public List<String> names() {
        return question.labels().stream().map(TaskLabel::name).toList();
    }

    private static TaskQuestion question(Task task, FieldRow first) {
        Set<String> has = first.names();
        return task.questions().stream()
                .filter(question -> has.containsAll(question.fields()))
                .findFirst()
                .orElseThrow(() -> unasked(task, first));
    }

    private static LancetException unasked(Task task, FieldRow first) {
        Set<String> has = first.names();
        if (task.questions().size() == 1) {
            String missing = task.questions().get(0).fields().stream()
                    .filter(field -> !has.contains(field))
                    .findFirst()
                    .orElse("");
            return missing(missing, first);
        }
        return new LancetException("task: " + task.name() + " needs rows with the fields "
                + task.questions().stream()
                        .map(question -> String.join(", ", question.fields()))
                        .collect(Collectors.joining("; or "))
                + "; " + first.where() + " has " + String.join(", ", has));
    }

    private static LancetException missing(String field, FieldRow row) {
        return new LancetException("task: " + row.where() + " has no field '" + field + "', only "
                + String.join(", ", row.names()) + "; correct the template or the row");
    }

    private static String value(FieldRow row, String field) {
        return row.text(field).orElseThrow(() -> missing(field, row));
    }

    private static String filled(String template, FieldRow row) {
        return new PromptTemplate(template).fill(field -> value(row, field));
    }

    private static TaskItem item(TaskQuestion question, FieldRow row, String examples) {
        String answer = value(row, question.answer()).strip();
        if (answer.isEmpty()) {
            throw new LancetException("task: " + row.where() + " has an empty answer in '" + question.answer()
                    + "'; fill it in, or remove the row");
        }
        String prompt = examples + filled(question.prompt(), row).stripTrailing();
        if (question.labels().isEmpty()) {
            return new TaskItem(row.where(), prompt, List.of(), 0, answer);
        }
        List<TaskChoice> choices = new ArrayList<>();
        Set<String> different = new HashSet<>();
        for (TaskLabel label : question.labels()) {
            String words = filled(label.text(), row).strip();
            if (words.isEmpty()) {
                throw new LancetException(
                        "task: " + row.where() + " has no text for the answer " + label.text() + "; fill it in");
            }
            TaskChoice choice = choice(question, row, prompt, words);
            if (!different.add(choice.context() + choice.continuation())) {
                throw new LancetException("task: " + row.where() + " has the answer '" + words
                        + "' twice, so no model can choose; correct the row");
            }
            choices.add(choice);
        }
        int right = right(question, row, answer);
        return new TaskItem(
                row.where(), prompt, choices, right, choices.get(right).words());
    }

    private static TaskChoice choice(TaskQuestion question, FieldRow row, String prompt, String words) {
        if (question.gap().isEmpty()) {
            return new TaskChoice(prompt, " " + words, words);
        }
        String mark = question.gap().get();
        int gap = prompt.lastIndexOf(mark);
        String behind = gap < 0 ? "" : prompt.substring(gap + mark.length()).strip();
        if (behind.isEmpty()) {
            throw new LancetException("task: " + row.where() + " has no gap '" + mark
                    + "' with text behind it, whose likelihood could be measured; mark the gap");
        }
        return new TaskChoice(prompt.substring(0, gap) + words, " " + behind, words);
    }

    private static int right(TaskQuestion question, FieldRow row, String answer) {
        List<TaskLabel> labels = question.labels();
        return IntStream.range(0, labels.size())
                .filter(i -> labels.get(i).means(answer))
                .findFirst()
                .orElseThrow(() -> new LancetException("task: " + row.where() + " has the answer '" + shortened(answer)
                        + "' in '" + question.answer() + "', which is none of "
                        + labels.stream()
                                .map(label -> String.join("/", label.values()))
                                .toList()
                        + "; correct the row, or add a label for it"));
    }

    private static String shortened(String text) {
        return text.length() > 60 ? text.substring(0, 60) + "…" : text;
    }

    private static String answered(TaskItem item) {
        if (item.choices().isEmpty()) {
            return item.prompt() + " " + item.answer();
        }
        TaskChoice right = item.choices().get(item.right());
        return right.context() + right.continuation();
    }

    /** Whether two free answers are the same: without case, outer white space, and a final full stop. */
    public static boolean same(String left, String right) {
        return normal(left).equals(normal(right));
    }

    /** A free answer without what makes no difference. */
    public static String normal(String answer) {
        String text = answer.strip().toLowerCase(Locale.ROOT);
        return text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
    }
}
