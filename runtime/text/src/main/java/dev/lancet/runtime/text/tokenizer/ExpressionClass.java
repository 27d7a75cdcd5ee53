package dev.lancet.runtime.text.tokenizer;

/**
 * Reads what matches one character in an expression: {@code [...]}, with classes inside it, or an escape such as {@code
 * \p{L}}.
 */
final class ExpressionClass {

    private static final int DEEPEST = 8;
    /** Letters that are an escape for one character. */
    private static final String CHARACTERS = "ntrfvae0";

    /** Letters that are an escape for a class, or for a line break. */
    private static final String KINDS = "sSdDwWhHNOR";

    private final String text;
    private int at;
    private boolean letters;

    private ExpressionClass(String text, int from) {
        this.text = text;
        this.at = from;
    }

    /** Reads a class whose bracket stands before {@code from}. */
    static ExpressionClass bracket(String text, int from) throws RefusedExpression {
        ExpressionClass read = new ExpressionClass(text, from);
        read.inside(1);
        return read;
    }

    /** Reads an escape whose backslash stands before {@code from}. */
    static ExpressionClass escape(String text, int from) throws RefusedExpression {
        ExpressionClass read = new ExpressionClass(text, from);
        read.escape();
        return read;
    }

    /** The index after it. */
    int end() {
        return at;
    }

    /** Whether it may match an ASCII letter or digit. */
    boolean letters() {
        return letters;
    }

    static boolean letter(int character) {
        return character < 128 && Character.isLetterOrDigit(character);
    }

    private void inside(int depth) throws RefusedExpression {
        if (depth > DEEPEST) {
            throw refused("has classes inside classes, more than " + DEEPEST + " deep");
        }
        if (peek() == '^') {
            at++;
            letters = true;
        }
        if (peek() == ']') {
            throw refused("has a class that begins with ']'; write it as \\]");
        }
        while (peek() != ']') {
            char next = next();
            if (next == '[' && peek() == ':') {
                at = text.indexOf(":]", at) + 2;
                letters = true;
                if (at < 2) {
                    throw refused("has a class that is not closed");
                }
            } else if (next == '[') {
                inside(depth + 1);
            } else if (next == '\\') {
                escape();
            } else {
                // A range such as !-~ has letters between its ends.
                letters |= letter(next) || (peek() == '-' && next < 'z');
            }
        }
        at++;
    }

    private void escape() throws RefusedExpression {
        char kind = next();
        if (kind == 'p' || kind == 'P') {
            int close = text.indexOf('}', at);
            if (peek() != '{' || close < 0 || close > at + 60) {
                throw refused("has a property that does not end");
            }
            at = close + 1;
            letters = true;
        } else if (kind == 'x' || kind == 'u') {
            code(kind);
        } else if (KINDS.indexOf(kind) >= 0) {
            letters |= kind != 's';
        } else if (letter(kind) && CHARACTERS.indexOf(kind) < 0) {
            throw refused("has \\" + kind + ", which is not accepted");
        }
    }

    /** {@code \x41}, {@code \x{1f600}} or <code>&#92;u0041</code>. */
    private void code(char kind) throws RefusedExpression {
        int digits = kind == 'u' ? 4 : 2;
        if (kind == 'x' && peek() == '{') {
            int close = text.indexOf('}', at);
            if (close < 0 || close > at + 9) {
                throw refused("has a code that does not end");
            }
            at = close + 1;
        } else {
            for (int i = 0; i < digits; i++) {
                if (Character.digit(next(), 16) < 0) {
                    throw refused("has a code of fewer than " + digits + " digits");
                }
            }
        }
        letters = true;
    }

    private char peek() throws RefusedExpression {
        if (at >= text.length()) {
            throw refused("has a class that is not closed");
        }
        return text.charAt(at);
    }

    private char next() throws RefusedExpression {
        char next = peek();
        at++;
        return next;
    }

    private RefusedExpression refused(String why) {
        return new RefusedExpression(why + ", at character " + at);
    }
}
