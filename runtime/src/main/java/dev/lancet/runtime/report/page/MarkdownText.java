package dev.lancet.runtime.report.page;

import dev.lancet.dsl.PrintableText;
import java.util.List;

/** The only way in which text enters a Markdown file. */
public final class MarkdownText {

    private MarkdownText() {}

    /** Text that Markdown shows unchanged, on one line: no markup, no link, no formula. */
    public static String inline(String text) {
        return PrintableText.line(text.replaceAll("\\R", " "))
                .replaceAll("([\\\\`*_\\[\\]<>|#&~$])", "\\\\$1")
                .replace("://", ":\\/\\/");
    }

    /** A row of a table. */
    public static String row(List<String> cells) {
        return "| "
                + String.join(" | ", cells.stream().map(MarkdownText::inline).toList()) + " |\n";
    }

    /** Lines that are shown as they are. */
    public static String code(String text) {
        return "    " + PrintableText.lines(text.strip()).replaceAll("\\R", "\n    ") + "\n";
    }
}
