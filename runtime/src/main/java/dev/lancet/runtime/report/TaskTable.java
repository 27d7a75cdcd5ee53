package dev.lancet.runtime.report;

import dev.lancet.runtime.report.page.NumberFormats;
import dev.lancet.runtime.report.page.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Function;

/** Compares what the models answer: a row for each of them, below what always giving the most frequent answer reaches. */
final class TaskTable {

    private TaskTable() {}

    static Table<ReportedTaskScores> of(List<ReportedTaskScores> models) {
        List<ReportedTaskScores> rows = new ArrayList<>(models);
        List<ReportedTaskScores.Score> tasks =
                models.isEmpty() ? List.of() : models.get(0).scores();
        rows.add(0, majority(tasks));
        Table<ReportedTaskScores> table = new Table<>(rows)
                .text("model", ReportedTaskScores::model)
                .number(
                        "trained parameters",
                        row -> row.trained().isEmpty()
                                ? "–"
                                : NumberFormats.count(row.trained().getAsLong()))
                .number("training s", row -> NumberFormats.decimals(row.seconds(), "%.0f"));
        for (int at = 0; at < tasks.size(); at++) {
            int task = at;
            String name = tasks.get(at).task();
            table.number(name + ": accuracy", row -> mean(row, task, ReportedTaskScores.Score::accuracies))
                    .number("macro-F1", row -> mean(row, task, ReportedTaskScores.Score::macroF1s));
        }
        return table;
    }

    private static ReportedTaskScores majority(List<ReportedTaskScores.Score> tasks) {
        return new ReportedTaskScores(
                "always the most frequent answer",
                OptionalLong.empty(),
                OptionalDouble.empty(),
                tasks.stream()
                        .map(task -> new ReportedTaskScores.Score(
                                task.task(), task.majority(), List.of(task.majority()), List.of()))
                        .toList());
    }

    /** The mean over the seeds, with the sample standard deviation if there are several. */
    private static String mean(
            ReportedTaskScores row, int task, Function<ReportedTaskScores.Score, List<Double>> figure) {
        List<Double> values = figure.apply(row.scores().get(task));
        OptionalDouble mean = values.stream().mapToDouble(Double::doubleValue).average();
        OptionalDouble spread = ReportedModel.spread(values);
        return NumberFormats.decimals(mean, "%.4f")
                + (spread.isEmpty() ? "" : NumberFormats.decimals(spread, " ± %.4f"));
    }
}
