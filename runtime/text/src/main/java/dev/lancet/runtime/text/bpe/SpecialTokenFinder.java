package dev.lancet.runtime.text.bpe;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** Finds the names of special tokens in a text: the leftmost name, and of several that begin there the longest. */
final class SpecialTokenFinder {

    private record Name(String text, int id) {}

    /** The place of a name in a text, and the id that it stands for. */
    record Found(int from, int to, int id) {}

    private final List<Name> names;

    SpecialTokenFinder(BytePairs vocabulary) {
        names = vocabulary.special().stream()
                .map(id -> new Name(new String(vocabulary.tokens().get(id), StandardCharsets.UTF_8), id))
                .sorted((a, b) -> Integer.compare(b.text.length(), a.text.length()))
                .toList();
    }

    Optional<Found> first(String text, int from) {
        int end = text.length();
        Optional<Found> first = Optional.empty();
        for (Name name : names) {
            int at = text.indexOf(name.text, from);
            if (at >= 0 && at < end) {
                first = Optional.of(new Found(at, at + name.text.length(), name.id));
                end = at;
            }
        }
        return first;
    }
}
