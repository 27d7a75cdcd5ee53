package dev.lancet.runtime.report;

/** The only way in which text enters a page. */
final class Html {

    private Html() {}

    /**
     * Text with everything escaped that HTML or SVG would read as markup, also inside quotes; control characters are
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
                    boolean control = point < ' ' && point != '\n' && point != '\t' && point != '\r';
                    safe.appendCodePoint(control ? 0xfffd : point);
                }
            }
        });
        return safe.toString();
    }
}
