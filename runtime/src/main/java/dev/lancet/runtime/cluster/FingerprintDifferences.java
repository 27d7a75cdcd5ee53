package dev.lancet.runtime.cluster;

import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** What differs between two descriptions. */
final class FingerprintDifferences {

    private static final int SHOWN = 120;

    private FingerprintDifferences() {}

    /** A line for each part that differs. */
    static List<String> of(Map<String, String> other, Map<String, String> expected) {
        TreeSet<String> names = new TreeSet<>(expected.keySet());
        names.addAll(other.keySet());
        return names.stream()
                .filter(name -> !text(expected, name).equals(text(other, name)))
                .map(name -> name + " '" + shown(text(other, name), text(expected, name)) + "' instead of '"
                        + shown(text(expected, name), text(other, name)) + "'")
                .toList();
    }

    private static String text(Map<String, String> parts, String name) {
        return parts.getOrDefault(name, "nothing");
    }

    /** A text from a little before the place where it leaves another. */
    private static String shown(String text, String other) {
        int same = 0;
        while (same < Math.min(text.length(), other.length()) && text.charAt(same) == other.charAt(same)) {
            same++;
        }
        int from = Math.max(0, same - SHOWN / 4);
        int to = Math.min(text.length(), from + SHOWN);
        return (from > 0 ? "..." : "")
                + text.substring(from, to).replaceAll("\\s+", " ")
                + (to < text.length() ? "..." : "");
    }
}
