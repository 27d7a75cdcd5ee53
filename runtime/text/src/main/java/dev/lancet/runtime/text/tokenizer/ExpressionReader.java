package dev.lancet.runtime.text.tokenizer;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads an expression in the syntax of Oniguruma, and refuses what makes that library overflow the stack, take exponential
 * time, or give up. Giving up is the end of the JVM: the tokenizers library answers with a panic.
 *
 * <p>Accepted are characters, classes, groups, conditions, and repetitions of something that matches in one way. Every
 * published tokenizer that we know stays within this. Refused are references to groups, calls of groups, conditionals and
 * callouts, and a repetition inside a repetition.
 */
final class ExpressionReader {

    private static final int LONGEST = 4_000;
    private static final int DEEPEST = 20;
    private static final int MOST_REPEATED = 1_000;
    private static final int MOST_LENGTHS = 16;
    private static final long MOST_TRIES = 4_096;
    private static final char END = '\uffff';

    private final String text;
    private int at;
    private int depth;

    private ExpressionReader(String text) {
        this.text = text;
    }

    /** Why an expression is not accepted. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1;

        Refused(String why) {
            super(why);
        }
    }

    /** Reads and judges an expression. */
    static ExpressionCost read(String text) throws Refused {
        if (text.length() > LONGEST) {
            throw new Refused("has " + text.length() + " characters, above the limit of " + LONGEST);
        }
        ExpressionReader reader = new ExpressionReader(text);
        Alternatives whole = reader.alternatives();
        if (reader.at < text.length()) {
            throw reader.refused("closes a group that is not open");
        }
        ExpressionCost cost = whole.cost(false);
        if (cost.degree() > 1) {
            throw new Refused("can be matched in too many ways: two repetitions without a bound are tried one inside the"
                    + " other");
        }
        if (cost.tries() > MOST_TRIES) {
            throw new Refused("can be matched in " + cost.tries() + " ways, above the limit of " + MOST_TRIES);
        }
        return cost;
    }

    /** A part of an expression. What it costs depends on whether the part after it can fail. */
    private interface Part {
        ExpressionCost cost(boolean uncertain);
    }

    /** The alternatives of a group. */
    private record Alternatives(List<List<Part>> sequences) implements Part {
        @Override
        public ExpressionCost cost(boolean uncertain) {
            ExpressionCost all = sequence(sequences.get(0), uncertain);
            for (List<Part> one : sequences.subList(1, sequences.size())) {
                all = all.or(sequence(one, uncertain));
            }
            return all;
        }

        private static ExpressionCost sequence(List<Part> parts, boolean uncertain) {
            boolean after = uncertain;
            ExpressionCost all = ExpressionCost.NOTHING;
            for (int i = parts.size() - 1; i >= 0; i--) {
                ExpressionCost part = parts.get(i).cost(after);
                all = part.then(all);
                after |= !part.certain();
            }
            return all;
        }
    }

    /** A part that is repeated. */
    private record Repetition(Part part, int from, int to, boolean possessive, boolean wide) implements Part {
        @Override
        public ExpressionCost cost(boolean uncertain) {
            ExpressionCost one = part.cost(uncertain);
            boolean open = to > from + MOST_LENGTHS;
            boolean again = uncertain && !possessive && to > from;
            return new ExpressionCost(
                    ExpressionCost.bounded((long) from * one.least()),
                    one.degree() + (again && open ? 1 : 0),
                    one.tries() * (again && !open ? to - from + 1 : 1),
                    one.wide() || (again && open && wide),
                    one.letters(),
                    one.fixed() && from == to,
                    from == 0 || one.certain());
        }
    }

    private Alternatives alternatives() throws Refused {
        if (++depth > DEEPEST) {
            throw refused("has groups inside groups, more than " + DEEPEST + " deep");
        }
        List<List<Part>> sequences = new ArrayList<>();
        List<Part> sequence = new ArrayList<>();
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
        return new Alternatives(sequences);
    }

    private Part repeated() throws Refused {
        int begin = at;
        Part part = single();
        boolean wide = "(.".indexOf(text.charAt(begin)) >= 0
                || text.startsWith("[^", begin)
                || (text.charAt(begin) == '\\' && "SDWPHNOX".indexOf(text.charAt(begin + 1)) >= 0);
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
        long copies = (long) (times[1] == Integer.MAX_VALUE ? from : times[1]) * Math.max(1, part.cost(true).least());
        if (copies > MOST_REPEATED) {
            throw refused("repeats something more than " + MOST_REPEATED + " times");
        }
        return new Repetition(part, from, times[1], possessive, wide);
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

    private Part single() throws Refused {
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

    private Part character(ExpressionClass found) throws Refused {
        at = found.end();
        return always(ExpressionCost.character(found.letters()));
    }

    private static Part always(ExpressionCost cost) {
        return uncertain -> cost;
    }

    private Part group() throws Refused {
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
                Part inner = closed();
                return uncertain -> inner.cost(false).condition();
            }
            case '>' -> {
                Part inner = closed();
                return uncertain -> inner.cost(false).atomic();
            }
            default -> {
                return options();
            }
        }
    }

    /** {@code (?i)} for the rest of the group around it, or {@code (?i:...)}. */
    private Part options() throws Refused {
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

    private Part closed() throws Refused {
        Alternatives inner = alternatives();
        if (next() != ')') {
            throw refused("has a group that is not closed");
        }
        return inner;
    }

    private Part escape() throws Refused {
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

    private char next() throws Refused {
        if (at >= text.length()) {
            throw refused("ends too early");
        }
        return text.charAt(at++);
    }

    private Refused refused(String why) {
        return new Refused(why + ", at character " + at);
    }
}
