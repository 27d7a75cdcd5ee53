package dev.lancet.runtime.text.bpe;

/**
 * Cuts text into the words that tokens never reach across, as GPT-2's pattern does:
 *
 * <pre>{@code 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+}</pre>
 *
 * Nothing is lost: the words, one after another, are the text.
 */
public final class Splitter {

    private Splitter() {}

    /** Takes the words of a text in order. */
    @FunctionalInterface
    public interface Words {

        /** The word from one index of the text to before another. */
        void word(int from, int to);
    }

    /** Tells the words between two indices of a text, as if nothing stood around them. */
    public static void split(String text, int from, int to, Words words) {
        int at = from;
        while (at < to) {
            int end = end(text, at, to);
            words.word(at, end);
            at = end;
        }
    }

    private static int end(String text, int at, int to) {
        char first = text.charAt(at);
        if (first == '\'') {
            int contraction = contraction(text, at + 1, to);
            if (contraction > 0) {
                return at + 1 + contraction;
            }
        }
        int code = codePoint(text, at, to);
        Letters kind = Letters.of(code);
        if (kind != Letters.SPACE) {
            return run(text, at, to, kind);
        }
        if (first == ' ' && at + 1 < to) {
            Letters next = Letters.of(codePoint(text, at + 1, to));
            if (next != Letters.SPACE) {
                return run(text, at + 1, to, next);
            }
        }
        int end = run(text, at, to, Letters.SPACE);
        // The last space before a word is left to it.
        return end == to || end == at + 1 ? end : end - 1;
    }

    private static int run(String text, int at, int to, Letters kind) {
        int end = at;
        while (end < to) {
            int code = codePoint(text, end, to);
            if (Letters.of(code) != kind) {
                break;
            }
            end += Character.charCount(code);
        }
        return end;
    }

    /** A surrogate whose other half lies outside counts as itself. */
    private static int codePoint(String text, int at, int to) {
        char c = text.charAt(at);
        if (Character.isHighSurrogate(c) && at + 1 < to) {
            char low = text.charAt(at + 1);
            return Character.isLowSurrogate(low) ? Character.toCodePoint(c, low) : c;
        }
        return c;
    }

    /** Length of what follows an apostrophe in {@code 's 't 're 've 'm 'll 'd}, else 0. */
    private static int contraction(String text, int at, int to) {
        if (at >= to) {
            return 0;
        }
        char first = text.charAt(at);
        if (first == 's' || first == 't' || first == 'm' || first == 'd') {
            return 1;
        }
        if (at + 1 >= to) {
            return 0;
        }
        char second = text.charAt(at + 1);
        return ((first == 'r' || first == 'v') && second == 'e') || (first == 'l' && second == 'l') ? 2 : 0;
    }
}
