package dev.lancet.surgery.match;

/**
 * A place where a pattern stores what it matched. Two captures with the same name are still different.
 *
 * @param <T> the type of what is stored
 */
@SuppressWarnings("UnusedTypeParameter") // it types what Captures gives back
public final class Capture<T> {

    private final String name;

    private Capture(String name) {
        this.name = name;
    }

    /** A new capture; the name is for people. */
    public static <T> Capture<T> of(String name) {
        return new Capture<>(name);
    }

    @Override
    public String toString() {
        return name;
    }
}
