package dev.lancet.assertj;

import dev.lancet.surgery.golden.TextDiff;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A difference of two texts in the message of a failed test: short enough for a log. A long difference begins with the
 * names that differ.
 */
final class DifferenceMessage {

    /** The system property with the most lines of a difference that a message shows. */
    static final String LINES = "golden.lines";

    private static final int USUAL = 40;
    private static final int NAMES = 8;

    private DifferenceMessage() {}

    /** The unified difference, cut where it is long. */
    static String of(TextDiff difference, String before, String after) {
        int limit = Math.max(1, Integer.getInteger(LINES, USUAL));
        String shown = difference.unified(before, after, limit);
        if (!shown.endsWith(" lines more\n")) {
            return shown;
        }
        return names(difference.names()) + "\n\n" + shown.stripTrailing() + "; -D" + LINES + "=1000 shows them\n";
    }

    private static String names(TextDiff.Names names) {
        return Stream.of(
                        names("changed", names.changed()),
                        names("added", names.added()),
                        names("removed", names.removed()))
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining("\n"));
    }

    private static String names(String what, List<String> names) {
        if (names.isEmpty()) {
            return "";
        }
        String more = names.size() > NAMES ? " and " + (names.size() - NAMES) + " more" : "";
        return names.size() + " " + what + ": " + String.join(", ", names.subList(0, Math.min(NAMES, names.size())))
                + more;
    }
}
