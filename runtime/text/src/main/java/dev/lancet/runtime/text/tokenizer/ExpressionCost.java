package dev.lancet.runtime.text.tokenizer;

/**
 * What an expression can match and what a failed match costs, as {@link ExpressionReader} finds it.
 *
 * <p>A repetition that something uncertain follows is tried with each of its possible lengths. With one such repetition
 * the tries grow with the length of the text, with two they grow with its square.
 *
 * @param least the fewest characters that it matches
 * @param degree how many repetitions without a bound are tried again one inside the other
 * @param tries an upper bound of the other choices, of which each may be tried
 * @param wide whether such a repetition runs over characters of several kinds, for example over letters and spaces
 * @param letters whether it may match an ASCII letter or digit
 * @param fixed whether all its matches are equally long and are found in one way
 * @param certain whether it matches everywhere, if only nothing
 */
record ExpressionCost(
        int least, int degree, long tries, boolean wide, boolean letters, boolean fixed, boolean certain) {

    /** An expression that matches the empty text. */
    static final ExpressionCost NOTHING = new ExpressionCost(0, 0, 1, false, false, true, true);

    /** A place, for example a line's end: no characters, and it may fail. */
    static final ExpressionCost PLACE = new ExpressionCost(0, 0, 1, false, false, true, false);

    private static final long MOST = 1L << 40;

    /** One character. */
    static ExpressionCost character(boolean letters) {
        return new ExpressionCost(1, 0, 1, false, letters, true, false);
    }

    /** This, and then another expression. */
    ExpressionCost then(ExpressionCost next) {
        return new ExpressionCost(
                bounded(least + (long) next.least),
                degree + next.degree,
                Math.min(MOST, tries * next.tries),
                wide || next.wide,
                letters || next.letters,
                fixed && next.fixed,
                certain && next.certain);
    }

    /** This, or another expression. */
    ExpressionCost or(ExpressionCost other) {
        return new ExpressionCost(
                Math.min(least, other.least),
                Math.max(degree, other.degree),
                Math.min(MOST, tries + other.tries),
                wide || other.wide,
                letters || other.letters,
                false,
                certain || other.certain);
    }

    /** The same, but once it has matched it is not tried again in another way. */
    ExpressionCost atomic() {
        return new ExpressionCost(least, degree, tries, wide, letters, false, certain);
    }

    /** The same as a condition that takes no characters. */
    ExpressionCost condition() {
        return new ExpressionCost(0, degree, tries, wide, false, false, false);
    }

    static int bounded(long value) {
        return (int) Math.min(Integer.MAX_VALUE, value);
    }
}
