package dev.lancet.runtime.report;

import dev.lancet.runtime.report.page.MarkdownText;
import dev.lancet.runtime.report.page.NumberFormats;
import dev.lancet.runtime.report.page.Table;
import java.util.List;
import java.util.OptionalDouble;

/** A report for reading in a repository. */
final class MarkdownReport {

    private final Report report;
    private final StringBuilder text = new StringBuilder();

    MarkdownReport(Report report) {
        this.report = report;
        text.append("# ").append(MarkdownText.inline(report.title())).append('\n');
        Headline.of(report)
                .ifPresent(line ->
                        text.append('\n').append(MarkdownText.inline(line)).append('\n'));
        models();
        tasks();
        losses();
        samples();
        cuts();
        facts();
    }

    private void models() {
        if (!report.models().isEmpty()) {
            text.append('\n').append(ModelTable.of(report).markdown());
        }
    }

    private void tasks() {
        if (!report.tasks().isEmpty()) {
            text.append("\n## Tasks\n\n").append(TaskTable.of(report.tasks()).markdown());
        }
    }

    private void losses() {
        if (report.curves().isEmpty()) {
            return;
        }
        text.append("\n## Training\n\n")
                .append(new Table<>(report.curves())
                        .text("model", TrainingCurves::model)
                        .number("steps", curve -> steps(curve.training()))
                        .number("first loss", curve -> NumberFormats.loss(loss(curve.training(), 0)))
                        .number(
                                "last loss",
                                curve -> NumberFormats.loss(
                                        loss(curve.training(), curve.training().size() - 1)))
                        .number(
                                "last validation loss",
                                curve -> NumberFormats.loss(loss(
                                        curve.validation(), curve.validation().size() - 1)))
                        .markdown());
    }

    private static String steps(List<CurvePoint> training) {
        return training.isEmpty()
                ? "–"
                : NumberFormats.count(training.get(training.size() - 1).step());
    }

    private static OptionalDouble loss(List<CurvePoint> points, int at) {
        return points.isEmpty()
                ? OptionalDouble.empty()
                : OptionalDouble.of(points.get(at).value());
    }

    private void samples() {
        if (report.samples().isEmpty()) {
            return;
        }
        text.append("\n## What they write\n");
        for (Report.Text sample : report.samples()) {
            text.append("\n**").append(MarkdownText.inline(sample.model())).append("**\n\n");
            (sample.prompt() + sample.continuation()).lines().forEach(line -> text.append("> ")
                    .append(MarkdownText.inline(line))
                    .append("  \n"));
        }
    }

    private void cuts() {
        if (report.cuts().isEmpty()) {
            return;
        }
        text.append("\n## Layer by layer\n");
        for (String model :
                report.cuts().stream().map(Report.Cut::model).distinct().toList()) {
            List<Report.Cut> cuts = report.cuts().stream()
                    .filter(cut -> cut.model().equals(model))
                    .toList();
            text.append("\n**" + MarkdownText.inline(model) + "**\n\n")
                    .append(LayerTable.of(report, cuts).markdown());
        }
    }

    private void facts() {
        if (!report.facts().isEmpty()) {
            text.append("\n## Facts\n\n");
            report.facts()
                    .forEach((name, value) ->
                            text.append("- " + MarkdownText.inline(name) + ": " + MarkdownText.inline(value) + "\n"));
        }
        report.recipe().ifPresent(recipe -> text.append("\n## Recipe\n\n").append(MarkdownText.code(recipe)));
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
