package dev.lancet.dsl;

/**
 * Makes text from files printable. Names in a model of a stranger may hold commands for the terminal, line breaks that fake
 * a line of output, or marks that turn the direction of what follows. Everything that Lancet prints or writes for people
 * comes through here.
 */
public final class PrintableText {

    private static final int LONGEST_LINE = 4_000;
    private static final int END = 500;

    private PrintableText() {}

    /** Whether a character is a command and no text: a control, a line break, a mark of direction, half a pair. */
    public static boolean unprintable(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE ->
                true;
            default -> point == 0x61c || point == 0x200e || point == 0x200f || point == 0xfeff || turns(point);
        };
    }

    private static boolean turns(int point) {
        return (point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069);
    }

    /** Whether all of a text can be printed as it is, on one line. */
    public static boolean is(String text) {
        return text.codePoints().noneMatch(PrintableText::unprintable);
    }

    /** The text on one line; a question mark stands for one or several characters that cannot be printed. */
    public static String line(String text) {
        return is(text) ? text : replaced(text, "");
    }

    /** The same with its line breaks and tabs. */
    public static String lines(String text) {
        return replaced(text, "\n\t");
    }

    private static String replaced(String text, String kept) {
        StringBuilder printable = new StringBuilder(text.length());
        boolean before = false;
        for (int at = 0; at < text.length(); at += Character.charCount(text.codePointAt(at))) {
            int point = text.codePointAt(at);
            boolean wrong = unprintable(point) && kept.indexOf(point) < 0;
            if (wrong && !before) {
                printable.append('?');
            } else if (!wrong) {
                printable.appendCodePoint(point);
            }
            before = wrong;
        }
        return printable.toString();
    }

    /** JSON in which characters that cannot be printed are written as escapes; they only stand inside its strings. */
    public static String json(String json) {
        StringBuilder printable = new StringBuilder(json.length());
        for (int i = 0; i < json.length(); i++) {
            char character = json.charAt(i);
            boolean pair = Character.isSurrogate(character) && !unprintable(json.codePointAt(i));
            boolean low = i > 0 && Character.isLowSurrogate(character) && Character.isHighSurrogate(json.charAt(i - 1));
            if (unprintable(character) && !pair && !low && "\n\r\t".indexOf(character) < 0) {
                printable.append(String.format("\\u%04x", (int) character));
            } else {
                printable.append(character);
            }
        }
        return printable.toString();
    }

    /** One line for a message. The middle of a very long one is left out, so that its end, the way out, can be read. */
    static String message(String text) {
        String line = line(text);
        return line.length() <= LONGEST_LINE
                ? line
                : line.substring(0, LONGEST_LINE - END) + " … " + line.substring(line.length() - END);
    }
}
