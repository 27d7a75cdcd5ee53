package dev.lancet.runtime.task;

import java.util.List;
import java.util.Optional;

/**
 * What a model answered to one row.
 *
 * @param where the place of the row
 * @param right the index of the right label; 0 if the task has no labels
 * @param answer the right answer in words
 * @param logLikelihoods the log likelihood of each label in nats; empty if it was not measured
 * @param generated the line that the model wrote; empty if nothing was generated
 */
public record TaskAnswer(
        String where, int right, String answer, List<Double> logLikelihoods, Optional<String> generated) {

    public TaskAnswer {
        logLikelihoods = List.copyOf(logLikelihoods);
    }
}
