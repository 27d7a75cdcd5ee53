package dev.lancet.runtime.report.compression;

import dev.lancet.runtime.compress.CalibratedCompression.Outcome;
import dev.lancet.runtime.report.page.Html;
import java.util.List;

/** The report of a compression as one page: the verdict first, then what it is made of. */
final class CompressionPage {

    /** So many spectra are shown at once. */
    private static final int WORST = 8;

    /** So many more are in a folded part; the rest are in the JSON. */
    private static final int MORE = 60;

    /** A table of so many rows is not folded. */
    private static final int SHORT = 12;

    private final CompressionReport report;
    private final List<ChangedLayer> changed;
    private final StringBuilder page = new StringBuilder();

    CompressionPage(CompressionReport report) {
        this.report = report;
        changed = report.changed();
        page.append("<p class=\"lead\">" + Html.escape(report.verdict()) + ".</p>\n");
        report.damage().ifPresent(line -> page.append("<p class=\"danger\">" + withOptions(line) + "</p>\n"));
        report.outcome()
                .flatMap(Outcome::warning)
                .ifPresent(line -> page.append("<p class=\"notice\">" + withOptions(line) + "</p>\n"));
        page.append(SummaryCard.of(report));
        layers();
        tried();
        spectra();
        numbers();
        kept();
        page.append(ProvenanceSection.html(report.command(), report.timing()));
    }

    /** A sentence whose options do not break in the middle. */
    private static String withOptions(String line) {
        return Html.escape(line).replaceAll("--[a-z]+(-[a-z]+)*", "<code>$0</code>");
    }

    private void layers() {
        if (changed.isEmpty()) {
            return;
        }
        boolean output =
                changed.stream().anyMatch(layer -> layer.loss().outputError().isPresent());
        page.append("<h2>Layers</h2>\n<p class=\"note\">" + changed.size() + " of "
                + report.plan().steps().size() + " matrices changed; the largest error stands first."
                + (report.outcome().flatMap(Outcome::recovered).isPresent()
                        ? " Errors are those before the recovery."
                        : "")
                + "</p>\n" + new LayerBars(changed).html(output));
    }

    private void tried() {
        List<TriedTable.Row> rows = rows(report);
        if (rows.isEmpty()) {
            return;
        }
        page.append(
                "<h2>Quality against bytes</h2>\n<p class=\"note\">What the search for the budget measured on held-out"
                        + " rows; the best of them was written.</p>\n<div class=\"beside\">\n<div>\n"
                        + QualityChart.inPage(
                                rows.stream().map(TriedTable.Row::tried).toList()) + "</div>\n"
                        + TriedTable.of(rows).html("", row -> row.best() ? "best" : "") + "</div>\n");
    }

    /** What a search for a budget tried, the best first. */
    static List<TriedTable.Row> rows(CompressionReport report) {
        return report.outcome().stream()
                .flatMap(outcome -> outcome.tried().stream()
                        .map(one -> new TriedTable.Row(
                                one, one.equals(outcome.tried().get(0)) ? "this budget" : "")))
                .toList();
    }

    private void spectra() {
        List<String> charts = changed.stream()
                .flatMap(layer -> layer.loss().spectrum().map(some -> SpectrumChart.of(layer, some)).stream())
                .toList();
        if (charts.isEmpty()) {
            return;
        }
        boolean whitened = changed.stream()
                .anyMatch(layer ->
                        layer.loss().spectrum().flatMap(some -> some.whitened()).isPresent());
        page.append("<h2>Singular values</h2>\n<p class=\"note\">Of the layers that were cut to a lower rank, each as a"
                + " share of the largest. What lies right of the line is dropped. "
                + "<i class=\"stroke plain\"></i>the matrix"
                + (whitened ? " <i class=\"stroke whitened\"></i>the matrix as its calibration inputs see it" : "")
                + ". Percentages are shares of the squares.</p>\n" + figures(charts, 0, WORST));
        if (charts.size() > WORST) {
            int rest = charts.size() - WORST - MORE;
            page.append(Html.folded(
                    "Further layers <span>" + (charts.size() - WORST) + "</span>",
                    figures(charts, WORST, WORST + MORE)
                            + (rest > 0 ? "<p class=\"note\">" + rest + " more are in report.json.</p>\n" : ""),
                    false));
        }
    }

    private static String figures(List<String> charts, int from, int to) {
        return "<div class=\"figures\">\n" + String.join("", charts.subList(from, Math.min(to, charts.size())))
                + "</div>\n";
    }

    private void numbers() {
        if (changed.isEmpty()) {
            return;
        }
        boolean sensitive =
                changed.stream().anyMatch(layer -> layer.sensitivity().isPresent());
        page.append("<h2>Errors in numbers</h2>\n<p class=\"note\">The error of the matrix is ‖W − Ŵ‖ / ‖W‖"
                + (report.outcome().isPresent()
                        ? ", that of the output ‖X·W − X·Ŵ‖ / ‖X·W‖ over the calibration inputs X"
                        : "")
                + "."
                + (sensitive
                        ? " Sensitivity: how far the model’s answers move for each squared error of the layer’s output; times"
                                + " the squared error it is the predicted loss, by which the budget chose."
                        : "")
                + "</p>\n");
        page.append(Html.folded(
                "All layers <span>" + changed.size() + "</span>",
                NumbersTable.of(changed).html("numbers"),
                changed.size() <= SHORT));
    }

    private void kept() {
        KeptLayers kept = KeptLayers.of(report);
        if (!kept.byReason().isEmpty()) {
            page.append("<h2>Kept as they were</h2>\n" + kept.html());
        }
    }

    @Override
    public String toString() {
        return Html.page(report.title(), page.toString());
    }
}
