package dev.lancet.runtime.report.compression;

import dev.lancet.dsl.plan.Plan;
import dev.lancet.runtime.budget.BudgetSearch;
import dev.lancet.runtime.budget.QualityCurve;
import dev.lancet.runtime.report.page.Html;
import dev.lancet.runtime.report.page.MarkdownText;
import dev.lancet.runtime.report.page.ReportFiles;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How good a model stays at several sizes.
 *
 * @param before the form of every matrix of the model
 * @param curve what was measured
 * @param command how it came about
 */
public record ChoiceReport(Plan before, QualityCurve curve, CommandFacts command) {

    private String title() {
        return command.model() + ", quality against bytes";
    }

    private List<BudgetSearch.Tried> tried() {
        return curve.points().stream().map(QualityCurve.Point::tried).toList();
    }

    private List<TriedTable.Row> rows() {
        Map<String, TriedTable.Row> once = new LinkedHashMap<>();
        for (QualityCurve.Point point : curve.points()) {
            once.merge(
                    point.tried().setting() + point.tried().plan().bytesAfter(),
                    new TriedTable.Row(point.tried(), point.best() ? point.size() : ""),
                    (known, again) ->
                            new TriedTable.Row(known.tried(), (known.bestFor() + " " + again.bestFor()).strip()));
        }
        return once.values().stream()
                .sorted(Comparator.comparingLong(row -> -row.tried().plan().bytesAfter()))
                .toList();
    }

    /** The curve as a picture in SVG. */
    public String svg() {
        return QualityChart.file(tried());
    }

    /** The report as one HTML page without external files. */
    public String html() {
        StringBuilder page = new StringBuilder("<p class=\"lead\">" + Html.escape(lead()) + "</p>\n");
        curve.unreachable().forEach(line -> page.append("<p class=\"notice\">" + Html.escape(line) + "</p>\n"));
        page.append("<div class=\"beside\">\n<div>\n" + QualityChart.inPage(tried()) + "</div>\n"
                + TriedTable.of(rows()).html("", row -> row.best() ? "best" : "") + "</div>\n"
                + ProvenanceSection.html(command, ""));
        return Html.page(title(), page.toString());
    }

    private static String lead() {
        return "What each size costs on held-out rows: the forms that a budget chooses, and the uniform settings that fit.";
    }

    /** The report as Markdown. */
    public String markdown() {
        StringBuilder text = new StringBuilder("# " + MarkdownText.inline(title()) + "\n\n" + lead() + "\n");
        curve.unreachable().forEach(line -> text.append("\n> " + MarkdownText.inline(line) + "\n"));
        return text.append('\n')
                .append(TriedTable.of(rows()).markdown())
                .append("\n![Quality against bytes](curve.svg)\n")
                .append(ProvenanceSection.markdown(command, ""))
                .toString();
    }

    /** The points for programs. */
    public Map<String, @Nullable Object> document() {
        return CompressionDocument.of(before, curve);
    }

    /**
     * Writes report.json, report.md, report.html and curve.svg into a folder, each whole or not at all.
     *
     * @return the four files
     * @throws dev.lancet.dsl.LancetException if the folder cannot be written
     */
    public List<Path> write(Path folder) {
        Map<String, @Nullable Object> complete = new LinkedHashMap<>();
        complete.put("title", title());
        complete.putAll(document());
        complete.put("command", command.command());
        complete.put("facts", command.facts());
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put("report.json", ReportFiles.json(complete));
        texts.put("report.md", markdown());
        texts.put("report.html", html());
        texts.put("curve.svg", svg());
        return ReportFiles.write(folder, texts);
    }
}
