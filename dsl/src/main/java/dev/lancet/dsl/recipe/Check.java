package dev.lancet.dsl.recipe;

import java.util.Locale;

/** Arguments are checked at the door: one line, with the thing, the value and the way out. */
final class Check {

    private Check() {}

    static void that(boolean holds, String message, Object... values) {
        if (!holds) {
            throw new IllegalArgumentException(String.format(Locale.ROOT, message, values));
        }
    }
}
