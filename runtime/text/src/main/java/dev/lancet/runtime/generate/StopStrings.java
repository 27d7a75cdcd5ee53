package dev.lancet.runtime.generate;

import java.util.List;
import java.util.OptionalInt;

/**
 * Looks for stop strings in a text that comes in pieces. The end of the text waits while it may be the beginning of a stop
 * string, so no part of one is ever passed on. The string that is complete first ends the text, so the result does not depend
 * on where the pieces end.
 */
final class StopStrings {

    private final List<String> stops;
    private final StringBuilder waiting = new StringBuilder();
    private boolean found;

    StopStrings(List<String> stops) {
        this.stops = stops;
    }

    /** Whether a stop string came; the text ends before it. */
    boolean found() {
        return found;
    }

    /** Takes the next piece, and returns the text that is certain to come before any stop string. */
    String add(String piece) {
        waiting.append(piece);
        OptionalInt stop = complete();
        found = stop.isPresent();
        int end = stop.orElseGet(this::beginning);
        String certain = waiting.substring(0, end);
        waiting.delete(0, found ? waiting.length() : end);
        return certain;
    }

    /** The rest of the text, when no more pieces come. */
    String finish() {
        String rest = waiting.toString();
        waiting.setLength(0);
        return rest;
    }

    /** Where the stop string begins that is complete first; of several that end together, the longest. */
    private OptionalInt complete() {
        for (int end = 1; end <= waiting.length(); end++) {
            int start = end;
            for (String stop : stops) {
                int from = end - stop.length();
                if (from >= 0 && from < start && waiting.substring(from, end).equals(stop)) {
                    start = from;
                }
            }
            if (start < end) {
                return OptionalInt.of(start);
            }
        }
        return OptionalInt.empty();
    }

    /** Where the end of the text begins that may become a stop string, or the end of the text. */
    private int beginning() {
        for (int at = 0; at < waiting.length(); at++) {
            String end = waiting.substring(at);
            if (stops.stream().anyMatch(stop -> stop.startsWith(end))) {
                return at;
            }
        }
        return waiting.length();
    }
}
