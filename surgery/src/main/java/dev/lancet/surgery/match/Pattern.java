package dev.lancet.surgery.match;

import dev.lancet.surgery.match.Property.Has;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What a rule looks for. A pattern is built up from the left, matches one value at a time, and prints itself as it would
 * be said:
 *
 * <pre>{@code
 * Capture<Node> x = Capture.of("x");
 * op("MatMul").where(input(0).like(anything().keep(x))).where(attribute("transpose_a").equalTo(false))
 * // prints: MatMul[input 0=anything -> x][transpose_a=false]
 * }</pre>
 *
 * <p>The idea is Trino's {@code lib/trino-matching}: a library that knows nothing of what it matches.
 *
 * @param <T> what is matched
 */
public sealed interface Pattern<T> {

    /** What it met, or empty if this value is not what it looks for. */
    Optional<Captures> match(T value);

    /** Every value. */
    static <T> Pattern<T> anything() {
        return of("anything", value -> true);
    }

    /** Every value that passes a test. */
    static <T> Pattern<T> of(String text, Predicate<? super T> test) {
        return new Test<>(text, test);
    }

    /** Of these values, those that pass a test too. */
    default Pattern<T> where(String text, Predicate<? super T> test) {
        return new Both<>(this, of("[" + text + "]", test));
    }

    /** Of these values, those on which something hangs as described. */
    default Pattern<T> where(Has<? super T, ?> condition) {
        return new Follow<>(this, condition);
    }

    /** These values and those of another pattern; the first that matches tells what was met. */
    default Pattern<T> or(Pattern<T> other) {
        return new Either<>(this, other);
    }

    /** The same, and what was met is kept. */
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

    /** Two patterns for one value. */
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

    /** A pattern for a value and one for something that hangs on it. */
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

    /** A pattern whose match is kept. */
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
