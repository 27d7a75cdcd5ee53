package dev.lancet.runtime.classify;

import dev.lancet.runtime.task.TaskAnswer;
import dev.lancet.runtime.task.TaskMeasurement;
import dev.lancet.runtime.task.TaskResult;
import dev.lancet.runtime.text.task.Classification;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Compares the probabilities of a classifier with the classes of texts. */
final class ClassifierMeasurement {

    private ClassifierMeasurement() {}

    /**
     * The result of a classifier.
     *
     * @param texts the texts; at least one
     * @param probabilities {@code [texts · classes]}, row by row
     * @param cut the number of texts that were cut
     * @param seed the seed of the resamples for the intervals
     */
    static TaskResult of(
            String name, ClassLabels names, LabelledTexts texts, float[] probabilities, int cut, long seed) {
        List<Integer> right = texts.rows().stream().map(names::of).toList();
        List<Integer> predicted = new ArrayList<>();
        List<TaskAnswer> answers = new ArrayList<>();
        for (int row = 0; row < texts.count(); row++) {
            int best = 0;
            List<Double> logs = new ArrayList<>();
            for (int label = 0; label < names.count(); label++) {
                float probability = probabilities[row * names.count() + label];
                logs.add(Math.log(probability));
                best = probability > probabilities[row * names.count() + best] ? label : best;
            }
            predicted.add(best);
            LabelledText text = texts.rows().get(row);
            answers.add(new TaskAnswer(text.where(), right.get(row), text.label(), logs, Optional.empty()));
        }
        Classification all = Classification.of(names.count(), right, predicted, seed);
        return new TaskResult(
                name,
                0,
                names.names(),
                all.majority(),
                cut,
                List.of(new TaskMeasurement(TaskMeasurement.Scoring.CLASS_PROBABILITY, all, List.of())),
                answers);
    }
}
