package dev.lancet.runtime.report.page;

import dev.lancet.dsl.PrintableText;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/**
 * Pages without external scripts, fonts or pictures, and the only way in which text enters them. They follow the reader's
 * light or dark mode.
 */
public final class Html {

    private static final String HEAD = """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            """;

    private Html() {}

    /**
     * A page.
     *
     * @param title its title and first line, as plain text
     * @param body the markup below
     */
    public static String page(String title, String body) {
        String safe = escape(title);
        return HEAD + "<title>" + safe + "</title>\n<style>\n" + style() + "</style>\n</head>\n<body>\n<main>\n<h1>"
                + safe + "</h1>\n" + body + "</main>\n</body>\n</html>\n";
    }

    /** The style of all pages and charts. */
    static String style() {
        try (InputStream css = Objects.requireNonNull(Html.class.getResourceAsStream("report.css"), "report.css")) {
            return new String(css.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A name, escaped, which may break after a slash. */
    public static String name(String name) {
        return escape(name).replace("/", "/<wbr>");
    }

    /** A folded part of a page: the summary and the content are markup. */
    public static String folded(String summary, String content, boolean open) {
        return "<details" + (open ? " open" : "") + "><summary>" + summary + "</summary>\n" + content + "</details>\n";
    }

    /**
     * Text with everything escaped that HTML or SVG would read as markup, also inside quotes; what cannot be printed is
     * replaced.
     */
    public static String escape(String text) {
        StringBuilder safe = new StringBuilder(text.length());
        text.codePoints().forEach(point -> {
            switch (point) {
                case '&' -> safe.append("&amp;");
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '"' -> safe.append("&quot;");
                case '\'' -> safe.append("&#39;");
                default -> {
                    boolean control = PrintableText.unprintable(point) && "\n\t\r".indexOf(point) < 0;
                    safe.appendCodePoint(control ? 0xfffd : point);
                }
            }
        });
        return safe.toString();
    }
}
