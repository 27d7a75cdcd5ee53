package dev.lancet.dsl;

import java.util.Locale;

/**
 * Checks arguments at the door: one line, with the thing, the value and the way out. For Lancet's own packages; it is no part
 * of what a recipe says.
 */
public final class Check {

    private Check() {}

    /**
     * Goes on if something holds.
     *
     * @param message as {@link String#format} takes it
     * @throws IllegalArgumentException with the message if it does not hold
     */
    public static void that(boolean holds, String message, Object... values) {
        if (!holds) {
            throw new IllegalArgumentException(String.format(Locale.ROOT, message, values));
        }
    }
}
