package dev.lancet.runtime.text.task;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Finds the label in a generated answer. Only the first line that is not blank counts. A label at its beginning is the
 * answer; otherwise the only label that stands in it as whole words. Case does not matter, and a longer label goes before a
 * shorter one inside it ({@code strong negative}, {@code negative}).
 */
public final class AnswerParser {

    private final List<String> labels;
    private final List<Integer> longestFirst;

    /** A parser for labels that differ in more than case. */
    public AnswerParser(List<String> labels) {
        this.labels = labels.stream().map(AnswerParser::normal).toList();
        List<Integer> order =
                new ArrayList<>(IntStream.range(0, labels.size()).boxed().toList());
        order.sort(Comparator.comparing((Integer i) -> -this.labels.get(i).length()));
        longestFirst = List.copyOf(order);
    }

    private static String normal(String text) {
        return text.strip().toLowerCase(Locale.ROOT);
    }

    /** The part of a generated text that counts: its first line that is not blank. */
    public static String firstLine(String generated) {
        return generated.strip().lines().findFirst().orElse("").strip();
    }

    /** Whether the first line of a generated text is complete. */
    public static boolean hasLine(String generated) {
        return generated.stripLeading().indexOf('\n') >= 0;
    }

    /** The index of the label, or empty if the answer names none, or more than one. */
    public OptionalInt parse(String generated) {
        String answer = normal(firstLine(generated));
        for (int label : longestFirst) {
            if (answer.startsWith(labels.get(label))
                    && ends(answer, labels.get(label).length())) {
                return OptionalInt.of(label);
            }
        }
        Set<Integer> found = new HashSet<>();
        StringBuilder rest = new StringBuilder(answer);
        for (int label : longestFirst) {
            if (remove(rest, labels.get(label))) {
                found.add(label);
            }
        }
        return found.size() == 1 ? OptionalInt.of(found.iterator().next()) : OptionalInt.empty();
    }

    /** Blanks out every occurrence as whole words, and says whether there was one. */
    private static boolean remove(StringBuilder text, String label) {
        boolean found = false;
        for (int at = text.indexOf(label); at >= 0; at = text.indexOf(label, at + 1)) {
            int end = at + label.length();
            if ((at == 0 || !Character.isLetterOrDigit(text.charAt(at - 1))) && ends(text, end)) {
                text.replace(at, end, "\0".repeat(label.length()));
                found = true;
            }
        }
        return found;
    }

    private static boolean ends(CharSequence text, int at) {
        return at == text.length() || !Character.isLetterOrDigit(text.charAt(at));
    }
}
