package dev.lancet.runtime.report;

import java.util.ArrayList;
import java.util.List;

/** Compares the models: one row for each, names left-aligned, numbers right-aligned. */
final class ModelTable {

    static final List<String> HEADS =
            List.of("model", "parameters", "bytes", "smaller", "trains tok/s", "writes tok/s", "loss", "perplexity");

    private ModelTable() {}

    static List<List<String>> rows(Report report) {
        List<List<String>> rows = new ArrayList<>();
        for (ReportedModel model : report.models()) {
            rows.add(List.of(
                    model.name(),
                    NumberFormats.parameters(model.parameters()),
                    NumberFormats.bytes(model.bytes()),
                    NumberFormats.times(model.compression()),
                    NumberFormats.rate(model.measured().tokensPerSecond()),
                    NumberFormats.rate(model.measured().written()),
                    NumberFormats.loss(model),
                    NumberFormats.perplexity(model.measured().perplexity())));
        }
        return rows;
    }

    static String text(Report report) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(HEADS);
        lines.addAll(rows(report));
        StringBuilder text = new StringBuilder();
        for (int line = 0; line < lines.size(); line++) {
            text.append(line(lines, lines.get(line))).append('\n');
            if (line == 0) {
                text.append("-".repeat(line(lines, HEADS).length())).append('\n');
            }
        }
        return text.toString();
    }

    private static String line(List<List<String>> lines, List<String> cells) {
        StringBuilder text = new StringBuilder();
        for (int column = 0; column < HEADS.size(); column++) {
            int at = column;
            int width =
                    lines.stream().mapToInt(line -> line.get(at).length()).max().orElse(0);
            String room = " ".repeat(width - cells.get(column).length());
            text.append(column == 0 ? cells.get(0) + room : "   " + room + cells.get(column));
        }
        return text.toString();
    }
}
