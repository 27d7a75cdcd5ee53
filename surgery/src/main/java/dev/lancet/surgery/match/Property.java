package dev.lancet.surgery.match;

import java.util.Optional;
import java.util.function.Function;

/**
 * A way from a value to another value that belongs to it, for patterns to follow.
 *
 * @param name its name in the text of a pattern
 * @param way the function; empty if a value has no such property
 */
public record Property<F, T>(String name, Function<? super F, Optional<T>> way) {

    /** The condition that this property matches a pattern. */
    public Has<F, T> like(Pattern<T> inner) {
        return new Has<>(this, inner);
    }

    /** The condition that this property equals a value. */
    public Has<F, T> equalTo(T value) {
        return like(Pattern.<T>of(String.valueOf(value), value::equals));
    }

    /** A property and the pattern that it must match. */
    public record Has<F, T>(Property<F, T> property, Pattern<T> inner) {
        Optional<Captures> match(F value) {
            return property.way().apply(value).flatMap(inner::match);
        }

        @Override
        public String toString() {
            return property.name() + "=" + inner;
        }
    }
}
