package dev.lancet.runtime.text.task;

import java.util.List;

/**
 * A row as a question.
 *
 * @param where the place of the row, for messages
 * @param prompt the text before an answer
 * @param choices the answers to choose from; empty if any text may be the answer
 * @param right the index of the right choice; 0 if there are none
 * @param answer the right answer in words
 */
public record TaskItem(String where, String prompt, List<TaskChoice> choices, int right, String answer) {

    public TaskItem {
        choices = List.copyOf(choices);
    }
}
