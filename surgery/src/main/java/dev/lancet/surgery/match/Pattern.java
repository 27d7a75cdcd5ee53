package dev.lancet.surgery.match;

import dev.lancet.surgery.match.Property.Has;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What a rule looks for. A pattern is built from left to right, matches one value at a time, and prints itself in the
 * order in which it was built:
 *
 * <pre>{@code
 * Capture<Node> x = Capture.of("x");
 * op("MatMul").where(input(0).like(anything().keep(x))).where(attribute("transpose_a").equalTo(false))
 * // prints: MatMul[input 0=anything -> x][transpose_a=false]
 * }</pre>
 *
 * <p>The idea comes from Trino's {@code lib/trino-matching}: a library that does not know what kind of values it matches.
 *
 * @param <T> the type of the matched values
 */
public sealed interface Pattern<T> {

    /** The captures of a match, or empty if the value does not match. */
    Optional<Captures> match(T value);

    /** Matches every value. */
    static <T> Pattern<T> anything() {
        return of("anything", value -> true);
    }

    /** Matches every value that passes a test. */
    static <T> Pattern<T> of(String text, Predicate<? super T> test) {
        return new Test<>(text, test);
    }

    /** Narrows this pattern to values that also pass a test. */
    default Pattern<T> where(String text, Predicate<? super T> test) {
        return new Both<>(this, of("[" + text + "]", test));
    }

    /** Narrows this pattern to values with a property that satisfies the condition. */
    default Pattern<T> where(Has<? super T, ?> condition) {
        return new Follow<>(this, condition);
    }

    /** Matches what this pattern or the other matches; the captures are those of the first that matches. */
    default Pattern<T> or(Pattern<T> other) {
        return new Either<>(this, other);
    }

    /** The same pattern; the matched value is stored in a capture. */
    default Pattern<T> keep(Capture<T> place) {
        return new Keep<>(this, place);
    }

    /** A test with a name. */
    record Test<T>(String text, Predicate<? super T> test) implements Pattern<T> {
        @Override
        public Optional<Captures> match(T value) {
            return test.test(value) ? Optional.of(Captures.NONE) : Optional.empty();
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** Two patterns that must both match. */
    record Both<T>(Pattern<T> first, Pattern<T> second) implements Pattern<T> {
        @Override
        public Optional<Captures> match(T value) {
            return first.match(value).flatMap(met -> second.match(value).map(met::and));
        }

        @Override
        public String toString() {
            return first.toString() + second;
        }
    }

    /** One pattern or the other. */
    record Either<T>(Pattern<T> first, Pattern<T> second) implements Pattern<T> {
        @Override
        public Optional<Captures> match(T value) {
            return first.match(value).or(() -> second.match(value));
        }

        @Override
        public String toString() {
            return "(" + first + " or " + second + ")";
        }
    }

    /** A pattern for a value and a condition on one of its properties. */
    record Follow<T>(Pattern<T> base, Has<? super T, ?> condition) implements Pattern<T> {
        @Override
        public Optional<Captures> match(T value) {
            return base.match(value).flatMap(met -> condition.match(value).map(met::and));
        }

        @Override
        public String toString() {
            return base + "[" + condition + "]";
        }
    }

    /** A pattern whose match is stored. */
    record Keep<T>(Pattern<T> base, Capture<T> place) implements Pattern<T> {
        @Override
        public Optional<Captures> match(T value) {
            return base.match(value).map(met -> met.and(Captures.of(place, value)));
        }

        @Override
        public String toString() {
            return base + " -> " + place;
        }
    }
}
