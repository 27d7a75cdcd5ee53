package dev.lancet.runtime.report;

import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * How well one model of a report answers the questions of tasks.
 *
 * @param model its name
 * @param trained the number of parameters that its last training changed; empty if it was not trained
 * @param seconds wall time of its last training, the mean over the seeds; empty if it was not trained
 * @param scores one for each task, in the same order for every model of a report
 */
public record ReportedTaskScores(String model, OptionalLong trained, OptionalDouble seconds, List<Score> scores) {

    /**
     * The result of a task, with a number for each seed.
     *
     * @param task the task
     * @param majority the accuracy of always giving the most frequent answer
     * @param accuracies the share of right answers
     * @param macroF1s the mean of F1 over the labels; empty if any text may be the answer
     */
    public record Score(String task, double majority, List<Double> accuracies, List<Double> macroF1s) {
        public Score {
            accuracies = List.copyOf(accuracies);
            macroF1s = List.copyOf(macroF1s);
        }
    }

    public ReportedTaskScores {
        scores = List.copyOf(scores);
    }
}
