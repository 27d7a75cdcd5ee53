package dev.lancet.dsl.weights;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.ArraySpec;

/** The limit for the size of one array on the JVM. */
final class ArrayLimits {

    private ArrayLimits() {}

    static void check(ArraySpec array) {
        if (array.bytes() > Integer.MAX_VALUE) {
            throw new LancetException(
                    "memory: " + array + " takes " + array.bytes() + " bytes; one array holds at most "
                            + Integer.MAX_VALUE + "; quantize or factorize it elsewhere first");
        }
    }
}
