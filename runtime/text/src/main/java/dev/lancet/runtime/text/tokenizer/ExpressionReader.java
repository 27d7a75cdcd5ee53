package dev.lancet.runtime.text.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Reads an expression in the syntax of Oniguruma, and refuses what makes that library overflow the stack, take exponential
 * time, or give up. Giving up is the end of the JVM: the tokenizers library answers with a panic.
 *
 * <p>Accepted are characters, classes, groups, conditions, and repetitions of something that matches in one way. Every
 * published tokenizer that we know stays within this. RefusedExpression are references to groups, calls of groups, conditionals and
 * callouts, and a repetition inside a repetition.
 */
final class ExpressionReader {

    private static final int LONGEST = 4_000;
    private static final int DEEPEST = 20;
    private static final int MOST_REPEATED = 1_000;
    private static final long MOST_TRIES = 4_096;
    private static final char END = '\uffff';

    /** A character, white space, or letters, digits and marks: what {@link TokenizerLimits} knows the longest run of. */
    private static final Pattern OF_ONE_KIND = Pattern.compile("[^\\\\\\[(.]|\\\\[srnt]|\\[(\\\\[srnt]| )+]"
            + "|\\\\p\\{[LMN][a-z]?}|\\[(\\\\p\\{[LMN][a-z]?}|[A-Za-z0-9]-[A-Za-z0-9]|&&\\[\\^\\\\p\\{Han}])+]");

    private final String text;
    private int at;
    private int depth;

    private ExpressionReader(String text) {
        this.text = text;
    }

    /** Reads and judges an expression. */
    static ExpressionCost read(String text) throws RefusedExpression {
        if (text.length() > LONGEST) {
            throw new RefusedExpression("has " + text.length() + " characters, above the limit of " + LONGEST);
        }
        ExpressionReader reader = new ExpressionReader(text);
        ExpressionPart.Alternatives whole = reader.alternatives();
        if (reader.at < text.length()) {
            throw reader.refused("closes a group that is not open");
        }
        ExpressionCost cost = whole.cost(false);
        if (cost.degree() > 1) {
            throw new RefusedExpression(
                    "can be matched in too many ways: two repetitions without a bound are tried one inside the"
                            + " other");
        }
        if (cost.tries() > MOST_TRIES) {
            throw new RefusedExpression(
                    "can be matched in " + cost.tries() + " ways, above the limit of " + MOST_TRIES);
        }
        return cost;
    }

    private ExpressionPart.Alternatives alternatives() throws RefusedExpression {
        if (++depth > DEEPEST) {
            throw refused("has groups inside groups, more than " + DEEPEST + " deep");
        }
        List<List<ExpressionPart>> sequences = new ArrayList<>();
        List<ExpressionPart> sequence = new ArrayList<>();
        while (peek() != ')' && at < text.length()) {
            if (peek() == '|') {
                at++;
                sequences.add(sequence);
                sequence = new ArrayList<>();
            } else {
                sequence.add(repeated());
            }
        }
        sequences.add(sequence);
        depth--;
        return new ExpressionPart.Alternatives(sequences);
    }

    private ExpressionPart repeated() throws RefusedExpression {
        int begin = at;
        ExpressionPart part = single();
        boolean wide = !OF_ONE_KIND.matcher(text.substring(begin, at)).matches();
        int[] times = times();
        if (times.length == 0) {
            return part;
        }
        boolean braces = text.charAt(at - 1) == '}';
        boolean possessive = !braces && peek() == '+';
        boolean lazy = peek() == '?';
        if (possessive || lazy) {
            at++;
        }
        int from = braces && lazy ? 0 : times[0];
        if ("?*+".indexOf(peek()) >= 0 || times().length > 0) {
            throw refused("repeats a repetition");
        }
        if (times[1] > 1 && !part.cost(true).fixed()) {
            throw refused("repeats a group that can match in several ways");
        }
        long copies = (long) (times[1] == Integer.MAX_VALUE ? from : times[1])
                * Math.max(1, part.cost(true).least());
        if (copies > MOST_REPEATED) {
            throw refused("repeats something more than " + MOST_REPEATED + " times");
        }
        return new ExpressionPart.Repetition(part, from, times[1], possessive, wide);
    }

    /** The fewest and the most times of a repetition that begins here; nothing if none does. */
    private int[] times() {
        switch (peek()) {
            case '?' -> {
                at++;
                return new int[] {0, 1};
            }
            case '*', '+' -> {
                return new int[] {text.charAt(at++) == '*' ? 0 : 1, Integer.MAX_VALUE};
            }
            default -> {
                return braces();
            }
        }
    }

    /** {@code {n}}, {@code {n,}}, {@code {,m}} or {@code {n,m}}; other braces are characters. */
    private int[] braces() {
        int close = text.indexOf('}', at);
        String inside = peek() == '{' && close > 0 && close < at + 14 ? text.substring(at + 1, close) : "";
        if (!inside.matches("\\d{1,6}|\\d{1,6},\\d{0,6}|,\\d{1,6}")) {
            return new int[0];
        }
        at = close + 1;
        String[] parts = inside.split(",", -1);
        int from = parts[0].isEmpty() ? 0 : Integer.parseInt(parts[0]);
        if (parts.length == 1) {
            return new int[] {from, from};
        }
        int to = parts[1].isEmpty() ? Integer.MAX_VALUE : Integer.parseInt(parts[1]);
        return new int[] {Math.min(from, to), Math.max(from, to)};
    }

    private ExpressionPart single() throws RefusedExpression {
        char first = next();
        return switch (first) {
            case '(' -> group();
            case '[' -> character(ExpressionClass.bracket(text, at));
            case '\\' -> escape();
            case '.' -> always(ExpressionCost.character(true));
            case '^', '$' -> always(ExpressionCost.PLACE);
            case '*', '+', '?' -> throw refused("repeats nothing");
            default -> always(ExpressionCost.character(ExpressionClass.letter(first)));
        };
    }

    private ExpressionPart character(ExpressionClass found) throws RefusedExpression {
        at = found.end();
        return always(ExpressionCost.character(found.letters()));
    }

    private static ExpressionPart always(ExpressionCost cost) {
        return uncertain -> cost;
    }

    private ExpressionPart group() throws RefusedExpression {
        if (peek() == '*') {
            throw refused("calls out of the expression");
        }
        if (peek() != '?') {
            return closed();
        }
        at++;
        char kind = next();
        if (kind == '<' && peek() != '=' && peek() != '!') {
            at = text.indexOf('>', at) + 1;
            if (at == 0) {
                throw refused("has a group whose name does not end");
            }
            return closed();
        }
        if (kind == '<') {
            at++;
        }
        switch (kind) {
            case ':' -> {
                return closed();
            }
            case '=', '!', '<' -> {
                ExpressionPart inner = closed();
                return uncertain -> inner.cost(false).condition();
            }
            case '>' -> {
                ExpressionPart inner = closed();
                return uncertain -> inner.cost(false).atomic();
            }
            default -> {
                return options();
            }
        }
    }

    /** {@code (?i)} for the rest of the group around it, or {@code (?i:...)}. */
    private ExpressionPart options() throws RefusedExpression {
        at--;
        while ("im-".indexOf(peek()) >= 0) {
            at++;
        }
        char end = next();
        if (end == ':') {
            return closed();
        }
        if (end == ')') {
            return always(ExpressionCost.NOTHING);
        }
        throw refused("has a group of the kind (?" + end + ", which no tokenizer needs");
    }

    private ExpressionPart closed() throws RefusedExpression {
        ExpressionPart.Alternatives inner = alternatives();
        if (next() != ')') {
            throw refused("has a group that is not closed");
        }
        return inner;
    }

    private ExpressionPart escape() throws RefusedExpression {
        char kind = peek();
        if ("bBAzZG".indexOf(kind) >= 0) {
            at++;
            return always(ExpressionCost.PLACE);
        }
        return character(ExpressionClass.escape(text, at));
    }

    private char peek() {
        return at < text.length() ? text.charAt(at) : END;
    }

    private char next() throws RefusedExpression {
        if (at >= text.length()) {
            throw refused("ends too early");
        }
        return text.charAt(at++);
    }

    private RefusedExpression refused(String why) {
        return new RefusedExpression(why + ", at character " + at);
    }
}
