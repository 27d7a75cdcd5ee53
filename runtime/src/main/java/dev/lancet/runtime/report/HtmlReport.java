package dev.lancet.runtime.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** A report as one page, without external scripts, fonts or pictures; it follows the reader's light or dark mode. */
final class HtmlReport {

    private static final String HEAD = """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            """;
    private static final String CUT_HEADS = """
            <div class="wide"><table>
            <thead><tr><th>matrix</th><th class="n">shape</th><th>form</th><th class="n">before</th><th class="n">after</th>
            <th>size</th><th class="n">error</th><th class="n">SQNR</th><th>because</th></tr></thead>
            <tbody>
            """;

    private final Report report;
    private final StringBuilder page = new StringBuilder();

    HtmlReport(Report report) {
        this.report = report;
        String title = Html.escape(report.title());
        page.append(HEAD).append("<title>" + title + "</title>\n<style>\n" + style() + "</style>\n</head>\n<body>\n");
        page.append("<main>\n<h1>" + title + "</h1>\n");
        Headline.of(report).ifPresent(line -> page.append("<p class=\"lead\">" + Html.escape(line) + "</p>\n"));
        models();
        if (!report.curves().isEmpty()) {
            page.append("<h2>Training</h2>\n").append(LossChart.svg(report)).append(SpeedChart.svg(report));
        }
        samples();
        cuts();
        facts();
        page.append("</main>\n</body>\n</html>\n");
    }

    private static String style() {
        try (InputStream css =
                Objects.requireNonNull(HtmlReport.class.getResourceAsStream("report.css"), "report.css")) {
            return new String(css.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void models() {
        if (report.models().isEmpty()) {
            return;
        }
        long largest =
                report.models().stream().mapToLong(ReportedModel::bytes).max().orElse(1);
        page.append("<div class=\"wide\"><table class=\"models\">\n<thead><tr>");
        for (int column = 0; column < ModelTable.HEADS.size(); column++) {
            page.append("<th" + (column == 0 ? "" : " class=\"n\"") + ">" + ModelTable.HEADS.get(column) + "</th>");
        }
        page.append("<th>size</th></tr></thead>\n<tbody>\n");
        List<List<String>> rows = ModelTable.rows(report);
        for (int at = 0; at < rows.size(); at++) {
            ReportedModel model = report.models().get(at);
            page.append("<tr><th scope=\"row\"><i class=\"dot c" + at % LossChart.COLOURS + "\"></i>"
                    + Html.escape(model.name()) + "</th>");
            List<String> cells = rows.get(at);
            for (int column = 1; column < cells.size(); column++) {
                String exact = column == 1
                        ? NumberFormats.count(model.parameters())
                        : column == 2 ? NumberFormats.count(model.bytes()) + " bytes" : "";
                page.append("<td class=\"n\"" + (exact.isEmpty() ? "" : " title=\"" + exact + "\"") + ">"
                        + Html.escape(cells.get(column)) + "</td>");
            }
            page.append("<td class=\"bar\"><i class=\"c" + at % LossChart.COLOURS + "\" style=\"width:"
                    + percent(model.bytes(), largest) + "\"></i></td></tr>\n");
        }
        page.append("</tbody>\n</table></div>\n");
    }

    private static String percent(long part, long whole) {
        return String.format(Locale.ROOT, "%.2f%%", whole == 0 ? 0 : 100.0 * part / whole);
    }

    private void samples() {
        if (report.samples().isEmpty()) {
            return;
        }
        page.append("<h2>What they write</h2>\n<div class=\"samples\">\n");
        for (Report.Text sample : report.samples()) {
            page.append("<figure><figcaption><i class=\"dot " + LossChart.colour(report, sample.model()) + "\"></i>"
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
            page.append("<details" + (models.size() == 1 ? " open" : "") + "><summary><i class=\"dot "
                    + LossChart.colour(report, model) + "\"></i>" + Html.escape(model) + " <span>" + changed + " of "
                    + cuts.size() + " matrices changed</span></summary>\n" + CUT_HEADS);
            cuts.forEach(this::cut);
            page.append("</tbody>\n</table></div></details>\n");
        }
    }

    private void cut(Report.Cut cut) {
        long before = cut.step().weight().bytes();
        page.append("<tr" + (cut.keeps() ? " class=\"kept\"" : "") + "><th scope=\"row\">"
                + Html.escape(cut.step().weight().name()) + "</th><td class=\"n\">" + NumberFormats.shape(cut.step())
                + "</td><td>" + Html.escape(NumberFormats.form(cut)) + "</td><td class=\"n\">"
                + NumberFormats.bytes(before)
                + "</td><td class=\"n\">" + NumberFormats.bytes(cut.step().bytes())
                + "</td><td class=\"bar\"><i class=\""
                + LossChart.colour(report, cut.model()) + "\" style=\"width:"
                + percent(Math.min(before, cut.step().bytes()), before) + "\"></i></td><td class=\"n\">"
                + cut.fidelity()
                        .map(f -> String.format(Locale.ROOT, "%.4f", f.relativeFrobenius()))
                        .orElse("–")
                + "</td><td class=\"n\">"
                + cut.fidelity()
                        .map(f -> String.format(Locale.ROOT, "%.1f dB", f.sqnrDb()))
                        .orElse("–")
                + "</td><td class=\"why\">" + Html.escape(cut.step().because()) + "</td></tr>\n");
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
        return page.toString();
    }
}
