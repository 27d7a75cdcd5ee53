package dev.lancet.runtime.report;

import dev.lancet.runtime.report.page.NumberFormats;
import dev.lancet.runtime.report.page.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.DoubleStream;

/** Compares what the models answer: a row for each of them, below what always giving the most frequent answer reaches. */
final class TaskTable {

    private TaskTable() {}

    static Table<ReportedTasks> of(List<ReportedTasks> models) {
        List<ReportedTasks> rows = new ArrayList<>(models);
        List<ReportedTasks.Score> tasks =
                models.isEmpty() ? List.of() : models.get(0).scores();
        rows.add(0, majority(tasks));
        Table<ReportedTasks> table = new Table<>(rows)
                .text("model", ReportedTasks::model)
                .number(
                        "trained parameters",
                        row -> row.trained().isEmpty()
                                ? "–"
                                : NumberFormats.count(row.trained().getAsLong()))
                .number("training s", row -> NumberFormats.decimals(row.seconds(), "%.0f"));
        for (int at = 0; at < tasks.size(); at++) {
            int task = at;
            String name = tasks.get(at).task();
            table.number(name + ": accuracy", row -> mean(row, task, ReportedTasks.Score::accuracies))
                    .number("macro-F1", row -> mean(row, task, ReportedTasks.Score::macroF1s));
        }
        return table;
    }

    private static ReportedTasks majority(List<ReportedTasks.Score> tasks) {
        return new ReportedTasks(
                "always the most frequent answer",
                OptionalLong.empty(),
                OptionalDouble.empty(),
                tasks.stream()
                        .map(task -> new ReportedTasks.Score(
                                task.task(), task.majority(), List.of(task.majority()), List.of()))
                        .toList());
    }

    /** The mean over the seeds, with the sample standard deviation if there are several. */
    private static String mean(ReportedTasks row, int task, Function<ReportedTasks.Score, List<Double>> figure) {
        List<Double> values = figure.apply(row.scores().get(task));
        OptionalDouble mean = values.stream().mapToDouble(value -> value).average();
        if (values.size() < 2) {
            return NumberFormats.decimals(mean, "%.4f");
        }
        DoubleStream squares = values.stream().mapToDouble(value -> Math.pow(value - mean.getAsDouble(), 2));
        double spread = Math.sqrt(squares.sum() / (values.size() - 1));
        return NumberFormats.decimals(mean, "%.4f") + NumberFormats.decimals(OptionalDouble.of(spread), " ± %.4f");
    }
}
