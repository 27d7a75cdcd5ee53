package dev.lancet.runtime.report;

import dev.lancet.dsl.PrintableText;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** A report for reading in a repository. */
final class MarkdownReport {

    private final Report report;
    private final StringBuilder text = new StringBuilder();

    MarkdownReport(Report report) {
        this.report = report;
        text.append("# ").append(inline(report.title())).append('\n');
        Headline.of(report)
                .ifPresent(line -> text.append('\n').append(inline(line)).append('\n'));
        models();
        losses();
        samples();
        cuts();
        facts();
    }

    private void models() {
        if (report.models().isEmpty()) {
            return;
        }
        text.append('\n')
                .append(row(ModelTable.HEADS))
                .append("|---|" + "---:|".repeat(ModelTable.HEADS.size() - 1) + "\n");
        ModelTable.rows(report).forEach(row -> text.append(row(row)));
    }

    private void losses() {
        if (report.curves().isEmpty()) {
            return;
        }
        text.append("""

                ## Training

                | model | steps | first loss | last loss | last validation loss |
                |---|---:|---:|---:|---:|
                """);
        for (TrainingCurves curve : report.curves()) {
            List<CurvePoint> training = curve.training();
            text.append(row(List.of(
                    curve.model(),
                    training.isEmpty()
                            ? "–"
                            : NumberFormats.count(
                                    training.get(training.size() - 1).step()),
                    NumberFormats.loss(loss(training, 0)),
                    NumberFormats.loss(loss(training, training.size() - 1)),
                    NumberFormats.loss(
                            loss(curve.validation(), curve.validation().size() - 1)))));
        }
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
            text.append("\n**").append(inline(sample.model())).append("**\n\n");
            (sample.prompt() + sample.continuation())
                    .lines()
                    .forEach(line -> text.append("> ").append(inline(line)).append("  \n"));
        }
    }

    private void cuts() {
        if (report.cuts().isEmpty()) {
            return;
        }
        text.append("""

                ## Layer by layer

                | model | matrix | shape | form | before | after | error | SQNR | because |
                |---|---|---:|---|---:|---:|---:|---:|---|
                """);
        for (Report.Cut cut : report.cuts()) {
            text.append(row(List.of(
                    cut.model(),
                    cut.step().weight().name(),
                    NumberFormats.shape(cut.step()),
                    NumberFormats.form(cut),
                    NumberFormats.bytes(cut.step().weight().bytes()),
                    NumberFormats.bytes(cut.step().bytes()),
                    cut.fidelity()
                            .map(f -> String.format(Locale.ROOT, "%.4f", f.relativeFrobenius()))
                            .orElse("–"),
                    cut.fidelity()
                            .map(f -> String.format(Locale.ROOT, "%.1f dB", f.sqnrDb()))
                            .orElse("–"),
                    cut.step().because())));
        }
    }

    private void facts() {
        if (!report.facts().isEmpty()) {
            text.append("\n## Facts\n\n");
            report.facts().forEach((name, value) -> text.append("- " + inline(name) + ": " + inline(value) + "\n"));
        }
        report.recipe().ifPresent(recipe -> text.append("\n## Recipe\n\n    ")
                .append(PrintableText.lines(recipe.strip()).replace("\n", "\n    "))
                .append('\n'));
    }

    private static String row(List<String> cells) {
        return "| "
                + String.join(" | ", cells.stream().map(MarkdownReport::inline).toList()) + " |\n";
    }

    /** Text that Markdown shows unchanged, on one line: no markup, no link, no formula. */
    private static String inline(String text) {
        return PrintableText.line(text.replaceAll("\\R", " "))
                .replaceAll("([\\\\`*_\\[\\]<>|#&~$])", "\\\\$1")
                .replace("://", ":\\/\\/");
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
