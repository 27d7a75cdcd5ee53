package dev.lancet.dsl;

import java.util.Locale;

/**
 * Checks arguments. The message is one line that names the thing, the value and the way out. Only Lancet's own packages
 * use this class; recipes do not need it.
 */
public final class Check {

    private Check() {}

    /**
     * Checks a condition.
     *
     * @param message the message, in the format of {@link String#format}
     * @throws IllegalArgumentException with the message if the condition is false
     */
    public static void that(boolean holds, String message, Object... values) {
        if (!holds) {
            throw new IllegalArgumentException(String.format(Locale.ROOT, message, values));
        }
    }
}
