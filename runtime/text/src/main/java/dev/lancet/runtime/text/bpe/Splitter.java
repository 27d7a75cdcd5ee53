package dev.lancet.runtime.text.bpe;

/**
 * Splits text into words as GPT-2's pattern does. A token never spans two words.
 *
 * <pre>{@code 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+}</pre>
 *
 * The words, one after another, give the text again.
 */
public final class Splitter {

    private Splitter() {}

    /** Receives the words of a text in order. */
    @FunctionalInterface
    public interface Words {

        /** Receives the word between two indices of the text, the second excluded. */
        void word(int from, int to);
    }

    /** Splits the part of a text between two indices, independently of the text around it. */
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
        // The last space before a word belongs to the word.
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

    /** The code point at an index. A surrogate whose other half is outside the range stays a surrogate. */
    private static int codePoint(String text, int at, int to) {
        char c = text.charAt(at);
        if (Character.isHighSurrogate(c) && at + 1 < to) {
            char low = text.charAt(at + 1);
            return Character.isLowSurrogate(low) ? Character.toCodePoint(c, low) : c;
        }
        return c;
    }

    /** The number of letters after the apostrophe of a contraction {@code 's 't 're 've 'm 'll 'd}, otherwise 0. */
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
