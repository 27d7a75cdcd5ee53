package dev.lancet.dsl.recipe;

import dev.lancet.dsl.Check;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * A set of questions with known answers, on which the accuracy of a model is measured. {@link #named} has those that
 * Lancet knows; {@link #own} declares another one:
 *
 * <pre>{@code
 * task("tone", "statements.csv", "Statement: {text}\nTone:").answer("tone").labels("hawkish", "dovish", "neutral")
 * }</pre>
 *
 * @param name the name
 * @param data the file with the rows, relative to the directory of the run
 * @param questions how to ask; the first one whose fields the data have is used
 * @param limit the most rows to measure, drawn by the seed; all if empty
 * @param shots rows that stand before each prompt with their answers, drawn by the seed and not measured
 * @param seed seed of these draws and of the bootstrap
 * @param by how the answer of the model is found; if empty, by likelihood where there are labels, else by generation
 */
public record Task(
        String name,
        String data,
        List<TaskQuestion> questions,
        OptionalInt limit,
        int shots,
        long seed,
        Optional<TaskScoring> by)
        implements Evaluation {

    private static final long SEED = 42;
    private static final int MOST_SHOTS = 100;

    public Task {
        questions = List.copyOf(questions);
        Check.that(!name.isBlank(), "task: the name is empty; give it one");
        Check.that(!data.isBlank(), "task %s: the file is empty; name a file with rows", name);
        Check.that(!questions.isEmpty(), "task %s: it has no question; give it a prompt", name);
        Check.that(limit.orElse(1) > 0, "limit: %s rows; at least 1 is needed", limit.orElse(1));
        Check.that(shots >= 0 && shots <= MOST_SHOTS, "shots: %s; it must be from 0 to %s", shots, MOST_SHOTS);
    }

    /**
     * A task that Lancet knows, by its name.
     *
     * @throws IllegalArgumentException if it knows none of this name; the message lists the names
     */
    public static Task named(String name, String data) {
        return new Task(name, data, NamedTasks.questions(name), OptionalInt.empty(), 0, SEED, Optional.empty());
    }

    /** A task of one's own, so far with any text as its answer, which is in the field {@code label}. */
    public static Task own(String name, String data, String prompt) {
        return new Task(name, data, List.of(TaskQuestion.of(prompt)), OptionalInt.empty(), 0, SEED, Optional.empty());
    }

    /** The names of the tasks that {@link #named} knows. */
    public static List<String> names() {
        return NamedTasks.names();
    }

    /** The same task, with the right answer in this field of the data. */
    public Task answer(String field) {
        return asking(question -> question.answer(field));
    }

    /** The same task with one more answer: this value in the data, this word in the prompt. */
    public Task label(String value, String word) {
        return asking(question -> question.label(new TaskLabel(List.of(value), word)));
    }

    /** The same task with these answers, which the data spell as the prompt does. */
    public Task labels(String... words) {
        return asking(question -> {
            TaskQuestion all = question;
            for (String word : words) {
                all = all.label(new TaskLabel(List.of(word), word));
            }
            return all;
        });
    }

    /** The same task, whose answer stands in the place of a mark in the prompt; see {@link TaskQuestion}. */
    public Task gap(String mark) {
        return asking(question -> question.gap(mark));
    }

    private Task asking(UnaryOperator<TaskQuestion> change) {
        return new Task(name, data, questions.stream().map(change).toList(), limit, shots, seed, by);
    }

    /** The same task on at most so many rows. */
    public Task limit(int rows) {
        return new Task(name, data, questions, OptionalInt.of(rows), shots, seed, by);
    }

    /** The same task with so many answered rows before each prompt. */
    public Task shots(int rows) {
        return new Task(name, data, questions, limit, rows, seed, by);
    }

    /** The same task with another seed. */
    public Task seed(long other) {
        return new Task(name, data, questions, limit, shots, other, by);
    }

    /** The same task, with the answers found in this way. */
    public Task by(TaskScoring scoring) {
        return new Task(name, data, questions, limit, shots, seed, Optional.of(scoring));
    }

    /** The task as code. */
    @Override
    public String toString() {
        boolean known = names().contains(name) && NamedTasks.questions(name).equals(questions);
        StringBuilder text = new StringBuilder("task(" + quoted(name) + ", " + quoted(data));
        if (known) {
            text.append(')');
        } else {
            TaskQuestion own = questions.get(0);
            text.append(", ").append(quoted(own.prompt())).append(").answer(").append(quoted(own.answer()));
            text.append(')');
            for (TaskLabel label : own.labels()) {
                text.append(".label(")
                        .append(quoted(label.values().get(0)))
                        .append(", ")
                        .append(quoted(label.text()))
                        .append(')');
            }
            own.gap()
                    .ifPresent(mark -> text.append(".gap(").append(quoted(mark)).append(')'));
        }
        limit.ifPresent(rows -> text.append(".limit(").append(rows).append(')'));
        text.append(shots == 0 ? "" : ".shots(" + shots + ")").append(seed == SEED ? "" : ".seed(" + seed + "L)");
        by.ifPresent(scoring -> text.append(".by(TaskScoring.").append(scoring).append(')'));
        return text.toString();
    }

    private static String quoted(String text) {
        return Arrays.stream(text.split("", -1))
                .map(letter -> switch (letter) {
                    case "\n" -> "\\n";
                    case "\t" -> "\\t";
                    case "\"" -> "\\\"";
                    case "\\" -> "\\\\";
                    default -> letter;
                })
                .collect(Collectors.joining("", "\"", "\""));
    }
}
