package dev.lancet.surgery.match;

import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a pattern matched, by capture. */
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
     * What the pattern stored in this capture.
     *
     * @throws IllegalArgumentException if the matched pattern does not store this capture
     */
    public <T> T get(Capture<T> place) {
        return find(place)
                .orElseThrow(() -> new IllegalArgumentException("capture: the pattern does not store " + place));
    }

    /** What the pattern stored in this capture, or empty if the matched branch of the pattern does not have it. */
    @SuppressWarnings("unchecked") // only Pattern<T>.keep(Capture<T>) puts something in
    public <T> Optional<T> find(Capture<T> place) {
        return Optional.ofNullable((T) kept.get(place));
    }
}
