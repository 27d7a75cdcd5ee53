package dev.lancet.runtime.report.page;

import java.util.List;

/** The only way in which text enters a Markdown file. */
public final class MarkdownText {

    private MarkdownText() {}

    /** Text that Markdown shows unchanged, on one line. */
    public static String inline(String text) {
        return text.replaceAll("\\R", " ").replaceAll("([\\\\`*_\\[\\]<>|#&])", "\\\\$1");
    }

    /** A row of a table. */
    public static String row(List<String> cells) {
        return "| "
                + String.join(" | ", cells.stream().map(MarkdownText::inline).toList()) + " |\n";
    }

    /** Lines that are shown as they are. */
    public static String code(String text) {
        return "    " + text.strip().replaceAll("\\R", "\n    ") + "\n";
    }
}
