package dev.lancet.runtime.report.page;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A table for a page, for Markdown or for a terminal. A column whose cells are all empty is left out. Names are aligned to the
 * left, numbers to the right.
 *
 * @param <R> what a row is made from
 */
public final class Table<R> {

    private final List<R> rows;
    private final List<Column<R>> columns = new ArrayList<>();

    private record Column<R>(
            String head, String style, Function<R, String> text, Function<R, String> markup, boolean pageOnly) {}

    /** A table without columns. */
    public Table(List<R> rows) {
        this.rows = List.copyOf(rows);
    }

    /** Adds a column of names; the first one names the rows. */
    public Table<R> text(String head, Function<R, String> cell) {
        return with(new Column<>(head, "", cell, cell.andThen(Html::escape), false));
    }

    /** Adds a column of sentences, which may take several lines. */
    public Table<R> sentence(String head, Function<R, String> cell) {
        return with(new Column<>(head, "why", cell, cell.andThen(Html::escape), false));
    }

    /** Adds a column of numbers. */
    public Table<R> number(String head, Function<R, String> cell) {
        return with(new Column<>(head, "n", cell, cell.andThen(Html::escape), false));
    }

    /** Adds a column whose cells look different on a page; {@code markup} escapes its text itself. */
    public Table<R> marked(String head, String style, Function<R, String> text, Function<R, String> markup) {
        return with(new Column<>(head, style, text, markup, false));
    }

    /** Adds a column that only a page has, such as bars. */
    public Table<R> drawn(String head, String style, Function<R, String> markup) {
        return with(new Column<>(head, style, markup, markup, true));
    }

    private Table<R> with(Column<R> column) {
        columns.add(column);
        return this;
    }

    private List<Column<R>> filled(boolean page) {
        return columns.stream()
                .filter(column -> page || !column.pageOnly())
                .filter(column ->
                        rows.stream().anyMatch(row -> says(column.text().apply(row))))
                .toList();
    }

    private static boolean says(String cell) {
        return !cell.isBlank() && !cell.equals(NumberFormats.NOTHING);
    }

    /** The table for a page. */
    public String html(String style) {
        return html(style, row -> "");
    }

    /**
     * The table for a page. On a narrow screen every row becomes a block of lines.
     *
     * @param rowStyle the CSS class of a row, or an empty text
     */
    public String html(String style, Function<R, String> rowStyle) {
        List<Column<R>> filled = filled(true);
        StringBuilder html = new StringBuilder("<table class=\"" + style + "\">\n<thead><tr>");
        filled.forEach(column ->
                html.append("<th scope=\"col\"" + styled(column.style()) + ">" + Html.escape(column.head()) + "</th>"));
        html.append("</tr></thead>\n<tbody>\n");
        for (R row : rows) {
            html.append("<tr" + styled(rowStyle.apply(row)) + ">");
            for (int at = 0; at < filled.size(); at++) {
                Column<R> column = filled.get(at);
                html.append(at == 0 ? "<th scope=\"row\"" : "<td data-head=\"" + Html.escape(column.head()) + "\"")
                        .append(styled(column.style()))
                        .append('>')
                        .append(column.markup().apply(row))
                        .append(at == 0 ? "</th>" : "</td>");
            }
            html.append("</tr>\n");
        }
        return html.append("</tbody>\n</table>\n").toString();
    }

    private static String styled(String style) {
        return style.isEmpty() ? "" : " class=\"" + style + "\"";
    }

    /** The table for Markdown. */
    public String markdown() {
        List<Column<R>> filled = filled(false);
        StringBuilder text = new StringBuilder(
                MarkdownText.row(filled.stream().map(Column::head).toList()));
        filled.forEach(column -> text.append(column.style().equals("n") ? "|---:" : "|---"));
        text.append("|\n");
        rows.forEach(row -> text.append(MarkdownText.row(cells(filled, row))));
        return text.toString();
    }

    private List<String> cells(List<Column<R>> filled, R row) {
        return filled.stream().map(column -> column.text().apply(row)).toList();
    }

    /** The table for a terminal, with a line below the heads. */
    public String aligned() {
        List<Column<R>> filled = filled(false);
        List<List<String>> lines = new ArrayList<>();
        lines.add(filled.stream().map(Column::head).toList());
        rows.forEach(row -> lines.add(cells(filled, row)));
        StringBuilder text = new StringBuilder();
        for (int line = 0; line < lines.size(); line++) {
            String aligned = aligned(lines, lines.get(line));
            text.append(aligned).append('\n');
            if (line == 0) {
                text.append("-".repeat(aligned.length())).append('\n');
            }
        }
        return text.toString();
    }

    private static String aligned(List<List<String>> lines, List<String> cells) {
        StringBuilder text = new StringBuilder();
        for (int column = 0; column < cells.size(); column++) {
            int at = column;
            int width =
                    lines.stream().mapToInt(line -> line.get(at).length()).max().orElse(0);
            String room = " ".repeat(width - cells.get(column).length());
            text.append(column == 0 ? cells.get(0) + room : "   " + room + cells.get(column));
        }
        return text.toString();
    }
}
