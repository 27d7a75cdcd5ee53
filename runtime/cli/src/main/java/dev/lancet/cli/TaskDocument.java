package dev.lancet.cli;

import dev.lancet.cli.console.LancetCommand;
import dev.lancet.runtime.task.TaskMeasurement;
import dev.lancet.runtime.task.TaskResult;
import dev.lancet.runtime.task.TaskText;
import dev.lancet.runtime.text.task.Classification;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleFunction;
import org.jspecify.annotations.Nullable;

/** The result of a task as a JSON document. */
final class TaskDocument {

    private TaskDocument() {}

    /**
     * The answer of a command that measured a task.
     *
     * @param before the result of the baseline, if there is one
     * @param required whether a recovery is required
     * @param complaint what is wrong with a recovery, or empty
     */
    static LancetCommand.Answer answer(
            TaskResult measured,
            Optional<TaskResult> before,
            boolean required,
            DoubleFunction<Optional<String>> complaint) {
        Map<String, @Nullable Object> document = of(measured);
        String text = TaskText.table(measured);
        if (before.isEmpty()) {
            return new LancetCommand.Answer(document, text);
        }
        TaskResult baseline = before.get();
        double recovery = measured.recovery(baseline);
        document.put("baseline_accuracy", baseline.accuracy());
        document.put("recovery", LancetCommand.finite(recovery));
        if (Double.isNaN(recovery)) {
            String nothing = String.format(
                    Locale.ROOT,
                    "recovery: the baseline's accuracy %.4f is not above the %.4f of always giving the most frequent"
                            + " answer, so there is nothing to keep; choose a task that the baseline has learned",
                    baseline.accuracy(),
                    baseline.majority());
            return required
                    ? new LancetCommand.Answer(document, text, Optional.of(nothing))
                    : new LancetCommand.Answer(document, text + nothing + "\n");
        }
        text += String.format(Locale.ROOT, "%nbaseline accuracy %.4f, recovery %.4f%n", baseline.accuracy(), recovery);
        return new LancetCommand.Answer(document, text, complaint.apply(recovery));
    }

    /** The figures of the first way of finding answers, then all ways. */
    static Map<String, @Nullable Object> of(TaskResult result) {
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("task", result.name());
        document.put("shots", result.shots());
        document.put("rows", result.rows());
        document.put("truncated", result.truncated());
        document.put("majority", result.majority());
        document.put("labels", result.labels());
        document.putAll(figures(result, result.first()));
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        for (TaskMeasurement measured : result.measurements()) {
            all.put(measured.scoring().name().toLowerCase(Locale.ROOT), figures(result, measured));
        }
        document.put("scorings", all);
        return document;
    }

    private static Map<String, @Nullable Object> figures(TaskResult result, TaskMeasurement measured) {
        boolean labelled = !result.labels().isEmpty();
        Classification all = measured.classification();
        Map<String, @Nullable Object> figures = new LinkedHashMap<>();
        figures.put("accuracy", all.accuracy());
        figures.put("interval", interval(all.interval()));
        figures.put("macro_f1", labelled ? all.macroF1() : null);
        figures.put("macro_f1_interval", labelled ? interval(all.macroInterval()) : null);
        figures.put("confusion", labelled ? all.confusion() : null);
        figures.put("unparsed", labelled ? all.unparsed() : 0);
        figures.put("unparsed_examples", measured.unparsed());
        return figures;
    }

    private static List<Double> interval(Classification.Interval interval) {
        return List.of(interval.low(), interval.high());
    }
}
