package dev.lancet.runtime.report;

import dev.lancet.dsl.PrintableText;

/** The only way in which text enters a page. */
final class Html {

    private Html() {}

    /**
     * Text with everything escaped that HTML or SVG would read as markup, also inside quotes; what cannot be printed is
     * replaced.
     */
    static String escape(String text) {
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
