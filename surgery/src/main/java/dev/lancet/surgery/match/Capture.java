package dev.lancet.surgery.match;

/**
 * A place where a pattern keeps what it met. Two captures of the same name are still two.
 *
 * @param <T> what is kept
 */
@SuppressWarnings("UnusedTypeParameter") // it types what Captures gives back
public final class Capture<T> {

    private final String name;

    private Capture(String name) {
        this.name = name;
    }

    /** A new place with a name for people. */
    public static <T> Capture<T> of(String name) {
        return new Capture<>(name);
    }

    @Override
    public String toString() {
        return name;
    }
}
