package dev.lancet.runtime.report;

import dev.lancet.runtime.report.page.Html;
import java.util.List;

/** A report as one page, without external scripts, fonts or pictures; it follows the reader's light or dark mode. */
final class HtmlReport {

    private final Report report;
    private final StringBuilder page = new StringBuilder();

    HtmlReport(Report report) {
        this.report = report;
        Headline.of(report).ifPresent(line -> page.append("<p class=\"lead\">" + Html.escape(line) + "</p>\n"));
        models();
        if (!report.tasks().isEmpty()) {
            page.append("<h2>Tasks</h2>\n").append(TaskTable.of(report.tasks()).html("models"));
        }
        if (!report.curves().isEmpty()) {
            page.append("<h2>Training</h2>\n").append(LossChart.svg(report)).append(SpeedChart.svg(report));
        }
        samples();
        cuts();
        facts();
    }

    private void models() {
        if (!report.models().isEmpty()) {
            page.append(ModelTable.of(report).html("models"));
        }
    }

    private void samples() {
        if (report.samples().isEmpty()) {
            return;
        }
        page.append("<h2>What they write</h2>\n<div class=\"samples\">\n");
        for (Report.Text sample : report.samples()) {
            page.append("<figure><figcaption>" + ModelTable.dot(report, sample.model())
                    + Html.escape(sample.model()) + "</figcaption><blockquote><b>" + Html.escape(sample.prompt())
                    + "</b>" + Html.escape(sample.continuation()) + "</blockquote></figure>\n");
        }
        page.append("</div>\n");
    }

    private void cuts() {
        if (report.cuts().isEmpty()) {
            return;
        }
        page.append("<h2>Layer by layer</h2>\n");
        List<String> models =
                report.cuts().stream().map(Report.Cut::model).distinct().toList();
        for (String model : models) {
            List<Report.Cut> cuts = report.cuts().stream()
                    .filter(cut -> cut.model().equals(model))
                    .toList();
            long changed = cuts.stream().filter(cut -> !cut.keeps()).count();
            page.append(Html.folded(
                    ModelTable.dot(report, model) + Html.escape(model) + " <span>" + changed + " of " + cuts.size()
                            + " matrices changed</span>",
                    LayerTable.of(report, cuts).html("layers", cut -> cut.keeps() ? "kept" : ""),
                    models.size() == 1));
        }
    }

    private void facts() {
        if (!report.facts().isEmpty()) {
            page.append("<h2>Facts</h2>\n<dl>\n");
            report.facts()
                    .forEach((name, value) ->
                            page.append("<dt>" + Html.escape(name) + "</dt><dd>" + Html.escape(value) + "</dd>\n"));
            page.append("</dl>\n");
        }
        report.recipe()
                .ifPresent(text -> page.append("<h2>Recipe</h2>\n<pre>" + Html.escape(text.strip()) + "</pre>\n"));
    }

    @Override
    public String toString() {
        return Html.page(report.title(), page.toString());
    }
}
