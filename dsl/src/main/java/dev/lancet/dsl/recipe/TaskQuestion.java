package dev.lancet.dsl.recipe;

import dev.lancet.dsl.Check;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How a task asks about a row of its data, and what answers there are.
 *
 * @param prompt the question, a {@link PromptTemplate}; the answer follows after a space
 * @param answer the field with the right answer
 * @param labels the answers to choose from; empty if any text may be the answer
 * @param gap if the answer fills a gap: the mark of the gap in the prompt, for example {@code _}. Then the prompt ends with
 *     the answer, and the likelihood of the text behind the gap is measured (Trinh and Le, arXiv 1806.02847).
 */
public record TaskQuestion(String prompt, String answer, List<TaskLabel> labels, Optional<String> gap) {

    public TaskQuestion {
        labels = List.copyOf(labels);
        Check.that(!prompt.isBlank(), "prompt: it is empty; write a template with {fields}");
        Check.that(!answer.isBlank(), "answer: the field has no name; name the field with the right answer");
        Set<String> seen = new LinkedHashSet<>();
        for (TaskLabel label : labels) {
            for (String value : label.values()) {
                Check.that(
                        seen.add(TaskLabel.normal(value)),
                        "label: the value '%s' is given twice; give each value one word",
                        value);
            }
            Check.that(
                    seen.add("word " + TaskLabel.normal(label.text())),
                    "label: two values have the word '%s'; give each its own",
                    label.text());
        }
    }

    /** A question of its own, so far with any text as its answer, which is in the field {@code label}. */
    public static TaskQuestion of(String prompt) {
        return new TaskQuestion(prompt, "label", List.of(), Optional.empty());
    }

    /** The same question, with the right answer in this field. */
    public TaskQuestion answer(String field) {
        return new TaskQuestion(prompt, field, labels, gap);
    }

    /** The same question with one more answer. */
    public TaskQuestion label(TaskLabel label) {
        List<TaskLabel> more = new ArrayList<>(labels);
        more.add(label);
        return new TaskQuestion(prompt, answer, more, gap);
    }

    /** The same question, whose answer stands in the place of a mark. */
    public TaskQuestion gap(String mark) {
        return new TaskQuestion(prompt, answer, labels, Optional.of(mark));
    }

    /** The fields that a row needs. */
    public Set<String> fields() {
        Set<String> fields = new LinkedHashSet<>(new PromptTemplate(prompt).fields());
        labels.forEach(label -> fields.addAll(new PromptTemplate(label.text()).fields()));
        fields.add(answer);
        return fields;
    }
}
