package dev.lancet.runtime.text.tokenizer;

import java.util.List;

/**
 * What the parts of a {@code tokenizer.json} may do to a text: how much longer they may make it, and how often they may try
 * an expression.
 */
final class TokenizerLimits {

    /** SentencePiece's table makes one Arabic ligature 11 times longer; a space becomes three bytes, and a prefix four. */
    private static final double MOST_GROWTH = 256;

    private static final double USUAL_GROWTH = 64;
    private static final long MOST_GROWN = 64L << 20;

    /** Oniguruma gives up, and so ends the JVM, after 10 million tries at one place. */
    private static final long MOST_TRIES = 4_000_000;

    private double growth = 1;
    private long tries;
    private boolean wide;
    private boolean losesLetters;
    private boolean removes;

    /** Thrown with the words that follow the name of the file. */
    static final class Exceeded extends RuntimeException {
        private static final long serialVersionUID = 1;

        Exceeded(String what) {
            super(what);
        }
    }

    /** Every application makes a text up to this many times longer. */
    void grows(double times) {
        growth *= Math.max(1, times);
        if (growth > MOST_GROWTH) {
            throw new Exceeded("may make a text more than " + (long) MOST_GROWTH + " times longer");
        }
    }

    /** An expression is searched. */
    void searches(ExpressionCost cost) {
        if (cost.degree() > 0) {
            tries = Math.max(tries, cost.tries());
            wide |= cost.wide();
        }
    }

    /** Letters or digits may become other characters, or nothing. */
    void losesLetters() {
        losesLetters = true;
    }

    /** Characters may become nothing; ASCII letters and digits only if {@link #losesLetters} is said, too. */
    void removes() {
        removes = true;
    }

    /** Whether these parts may leave nothing of a text. */
    boolean mayEmpty(String text) {
        return removes && (losesLetters || text.chars().noneMatch(ExpressionClass::letter));
    }

    /**
     * Checks a text before the native library works on it.
     *
     * @return what is wrong with it; empty if nothing is
     */
    List<String> problems(String text) {
        if (growth > USUAL_GROWTH && text.length() * growth > MOST_GROWN) {
            return List.of("the tokenizer may make it " + Math.round(growth) + " times longer");
        }
        if (tries > 0 && text.length() > MOST_TRIES / tries && (wide || longestRun(text) > MOST_TRIES / tries)) {
            return List.of("it has more than " + MOST_TRIES / tries + " characters that no other kind interrupts");
        }
        return List.of();
    }

    /** The most characters in a row that are all letters, digits and marks, all white space, or all others. */
    private static int longestRun(String text) {
        int longest = 0;
        int from = 0;
        for (int i = 0; i <= text.length(); i++) {
            if (i == text.length() || kind(text.charAt(i)) != kind(text.charAt(from))) {
                longest = Math.max(longest, i - from);
                from = i;
            }
        }
        return longest;
    }

    private static int kind(char character) {
        if (Character.isWhitespace(character) || Character.isSpaceChar(character)) {
            return 0;
        }
        return switch (Character.getType(character)) {
            case Character.UPPERCASE_LETTER,
                    Character.LOWERCASE_LETTER,
                    Character.TITLECASE_LETTER,
                    Character.MODIFIER_LETTER,
                    Character.OTHER_LETTER,
                    Character.NON_SPACING_MARK,
                    Character.COMBINING_SPACING_MARK,
                    Character.ENCLOSING_MARK,
                    Character.DECIMAL_DIGIT_NUMBER,
                    Character.LETTER_NUMBER,
                    Character.OTHER_NUMBER,
                    Character.SURROGATE -> 1;
            default -> 2;
        };
    }
}
