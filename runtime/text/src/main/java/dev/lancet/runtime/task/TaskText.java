package dev.lancet.runtime.task;

import dev.lancet.runtime.text.task.Classification;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The result of a task for people. */
public final class TaskText {

    private static final String NO_LABEL = "no label";
    private static final int LONGEST_EXAMPLE = 60;

    private TaskText() {}

    /** The result in one line. */
    public static String sentence(TaskResult result) {
        return String.format(
                        Locale.ROOT,
                        "%,d rows, always the most frequent answer %.4f; ",
                        result.rows(),
                        result.majority())
                + result.measurements().stream()
                        .map(measured -> measured(result, measured))
                        .collect(Collectors.joining("; "))
                + truncated(result).map(text -> "; " + text).orElse("");
    }

    /** The result with a confusion matrix for each way of finding answers. */
    public static String table(TaskResult result) {
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT,
                "%s: %,d rows; always the most frequent answer gives accuracy %.4f%n",
                result.name(),
                result.rows(),
                result.majority()));
        truncated(result).ifPresent(line -> text.append(line).append('\n'));
        for (TaskMeasurement measured : result.measurements()) {
            text.append('\n').append(measured(result, measured)).append('\n');
            if (!result.labels().isEmpty()) {
                text.append(matrix(result, measured.classification()));
            }
            measured.unparsed()
                    .forEach(one ->
                            text.append("  no label in: ").append(shown(one)).append('\n'));
        }
        return text.toString();
    }

    private static Optional<String> truncated(TaskResult result) {
        return result.truncated() == 0
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT,
                        "%,d rows are longer than the context; their %s was cut off",
                        result.truncated(),
                        result.first().scoring() == TaskMeasurement.Scoring.CLASS_PROBABILITY ? "end" : "beginning"));
    }

    private static String measured(TaskResult result, TaskMeasurement measured) {
        Classification all = measured.classification();
        String text = String.format(
                Locale.ROOT,
                "%s accuracy %.4f (95 %%: %.4f to %.4f)",
                measured.scoring().words(),
                all.accuracy(),
                all.interval().low(),
                all.interval().high());
        if (result.labels().isEmpty()) {
            return text;
        }
        return text
                + String.format(
                        Locale.ROOT,
                        ", macro-F1 %.4f (%.4f to %.4f)",
                        all.macroF1(),
                        all.macroInterval().low(),
                        all.macroInterval().high())
                + (all.unparsed() == 0
                        ? ""
                        : String.format(Locale.ROOT, ", %,d answers without a label", all.unparsed()));
    }

    /** A row for each right label, a column for each predicted one. */
    private static String matrix(TaskResult result, Classification all) {
        List<String> columns = new ArrayList<>(result.labels());
        if (all.unparsed() > 0) {
            columns.add(NO_LABEL);
        }
        int first = "right \\ predicted".length();
        for (String label : result.labels()) {
            first = Math.max(first, label.length());
        }
        StringBuilder text = new StringBuilder("  ").append(padded("right \\ predicted", first));
        columns.forEach(column -> text.append("  ").append(column));
        text.append('\n');
        for (int row = 0; row < result.labels().size(); row++) {
            text.append("  ").append(padded(result.labels().get(row), first));
            for (int column = 0; column < columns.size(); column++) {
                String count = Integer.toString(all.confusion().get(row).get(column));
                text.append("  ")
                        .append(" ".repeat(Math.max(0, columns.get(column).length() - count.length())))
                        .append(count);
            }
            text.append('\n');
        }
        return text.toString();
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(width - text.length());
    }

    private static String shown(String text) {
        String one = text.codePoints()
                .map(letter -> Character.isISOControl(letter) ? ' ' : letter)
                .limit(LONGEST_EXAMPLE)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        return "\"" + one + (text.codePointCount(0, text.length()) > LONGEST_EXAMPLE ? "…" : "") + "\"";
    }
}
