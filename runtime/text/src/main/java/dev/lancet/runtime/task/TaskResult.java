package dev.lancet.runtime.task;

import java.util.List;

/**
 * How well a model answered the questions of a task.
 *
 * @param name the task
 * @param shots the number of answered rows before each prompt
 * @param labels the names of its answers; empty if any text may be the answer
 * @param majority the accuracy of always giving the most frequent answer
 * @param truncated the number of rows that did not fit into the context: a prompt loses its beginning, a text that is
 *     classified its end
 * @param measurements a result for each way of finding answers
 * @param answers the answers to each row, in the order of the file
 */
public record TaskResult(
        String name,
        int shots,
        List<String> labels,
        double majority,
        int truncated,
        List<TaskMeasurement> measurements,
        List<TaskAnswer> answers) {

    public TaskResult {
        labels = List.copyOf(labels);
        measurements = List.copyOf(measurements);
        answers = List.copyOf(answers);
    }

    /** The task and, if answered rows stood before each prompt, how many. */
    public String title() {
        return name + (shots == 0 ? "" : shots == 1 ? ", 1 shot" : ", " + shots + " shots");
    }

    /** The result that the accuracy of a report means: by likelihood if it was measured, else by generation. */
    public TaskMeasurement first() {
        return measurements.get(0);
    }

    /** The accuracy of {@link #first}. */
    public double accuracy() {
        return first().classification().accuracy();
    }

    /** The number of rows. */
    public int rows() {
        return answers.size();
    }

    /**
     * The share of a baseline's accuracy above the majority class that this result keeps; NaN if the baseline has none to
     * keep.
     */
    public double recovery(TaskResult baseline) {
        double gained = baseline.accuracy() - baseline.majority();
        return gained > 0 ? (accuracy() - majority) / gained : Double.NaN;
    }
}
