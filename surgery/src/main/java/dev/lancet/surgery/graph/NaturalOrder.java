package dev.lancet.surgery.graph;

import java.util.Comparator;

/** Sorts names naturally: digits count as numbers, so {@code h.2} comes before {@code h.10}. */
enum NaturalOrder implements Comparator<String> {
    NAMES;

    @Override
    public int compare(String a, String b) {
        int i = 0;
        int j = 0;
        while (i < a.length() && j < b.length()) {
            if (digit(a, i) && digit(b, j)) {
                int endA = end(a, i);
                int endB = end(b, j);
                int order = numbers(a, i, endA, b, j, endB);
                if (order != 0) {
                    return order;
                }
                i = endA;
                j = endB;
            } else if (a.charAt(i) != b.charAt(j)) {
                return Character.compare(a.charAt(i), b.charAt(j));
            } else {
                i++;
                j++;
            }
        }
        // Names that differ only in leading zeros need an order too.
        return i < a.length() ? 1 : j < b.length() ? -1 : a.compareTo(b);
    }

    /** Compares two runs of digits by value. The numbers may have any length, so digit by digit. */
    private static int numbers(String a, int fromA, int endA, String b, int fromB, int endB) {
        int i = significant(a, fromA, endA);
        int j = significant(b, fromB, endB);
        if (endA - i != endB - j) {
            return Integer.compare(endA - i, endB - j);
        }
        for (; i < endA; i++, j++) {
            if (a.charAt(i) != b.charAt(j)) {
                return Character.compare(a.charAt(i), b.charAt(j));
            }
        }
        return 0;
    }

    private static int significant(String text, int from, int end) {
        int at = from;
        while (at < end && text.charAt(at) == '0') {
            at++;
        }
        return at;
    }

    private static int end(String text, int from) {
        int at = from;
        while (at < text.length() && digit(text, at)) {
            at++;
        }
        return at;
    }

    private static boolean digit(String text, int at) {
        return text.charAt(at) >= '0' && text.charAt(at) <= '9';
    }
}
