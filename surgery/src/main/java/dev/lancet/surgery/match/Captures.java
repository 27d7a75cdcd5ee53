package dev.lancet.surgery.match;

import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a pattern met, by the places that were to keep it. */
public final class Captures {

    static final Captures NONE = new Captures(Map.of());

    private final Map<Capture<?>, Object> kept;

    private Captures(Map<Capture<?>, Object> kept) {
        this.kept = kept;
    }

    static Captures of(Capture<?> place, Object value) {
        return new Captures(Map.of(place, value));
    }

    Captures and(Captures more) {
        return new Captures(Stream.concat(kept.entrySet().stream(), more.kept.entrySet().stream())
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue, (first, last) -> last)));
    }

    /**
     * What was kept in this place.
     *
     * @throws IllegalArgumentException if the pattern that matched has no such place
     */
    public <T> T get(Capture<T> place) {
        return find(place)
                .orElseThrow(() -> new IllegalArgumentException("capture: the pattern keeps nothing as " + place));
    }

    /** What was kept in this place, or empty if the branch of the pattern that matched does not know it. */
    @SuppressWarnings("unchecked") // only Pattern<T>.keep(Capture<T>) puts something in
    public <T> Optional<T> find(Capture<T> place) {
        return Optional.ofNullable((T) kept.get(place));
    }
}
