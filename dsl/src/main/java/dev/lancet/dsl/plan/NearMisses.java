package dev.lancet.dsl.plan;

import dev.lancet.dsl.EditDistance;
import dev.lancet.dsl.Selector;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Finds the existing names that are closest to an unknown name, by edit distance. */
final class NearMisses {

    private static final int SHOWN = 3;

    private NearMisses() {}

    static String of(String wanted, List<String> names) {
        return names.stream()
                .distinct()
                .sorted(Comparator.comparingInt(name -> EditDistance.between(wanted, name)))
                .limit(SHOWN)
                .collect(Collectors.joining(", "));
    }

    /** The name that a selector looks for: its glob or description if it has one, otherwise its text. */
    static String sought(Selector selector) {
        return name(selector).orElseGet(selector::toString);
    }

    private static Optional<String> name(Selector selector) {
        if (selector instanceof Selector.Glob glob) {
            return Optional.of(glob.pattern());
        }
        if (selector instanceof Selector.Matching matching) {
            return Optional.of(matching.description());
        }
        if (selector instanceof Selector.And and) {
            return name(and.one()).or(() -> name(and.other()));
        }
        if (selector instanceof Selector.Or or) {
            return name(or.one()).or(() -> name(or.other()));
        }
        if (selector instanceof Selector.Except except) {
            return name(except.one()).or(() -> name(except.other()));
        }
        return Optional.empty();
    }
}
