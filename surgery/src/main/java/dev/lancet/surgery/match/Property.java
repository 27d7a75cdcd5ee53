package dev.lancet.surgery.match;

import java.util.Optional;
import java.util.function.Function;

/**
 * A way from a value to something that hangs on it, for patterns to follow.
 *
 * @param name what it is called in the text of a pattern
 * @param way the way; empty where the value has no such thing
 */
public record Property<F, T>(String name, Function<? super F, Optional<T>> way) {

    /** The pattern of all values on which something hangs here that matches. */
    public Has<F, T> like(Pattern<T> inner) {
        return new Has<>(this, inner);
    }

    /** The condition that what hangs here equals a value. */
    public Has<F, T> equalTo(T value) {
        return like(Pattern.<T>of(String.valueOf(value), value::equals));
    }

    /** A property with what is asked of it. */
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
