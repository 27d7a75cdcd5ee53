package dev.lancet.compression.weights;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.Stored;

/** What one array can hold on the JVM. */
final class ArrayLimits {

    private ArrayLimits() {}

    static void check(Stored stored) {
        if (stored.bytes() > Integer.MAX_VALUE) {
            throw new LancetException(
                    "memory: " + stored + " takes " + stored.bytes() + " bytes; one array holds at most "
                            + Integer.MAX_VALUE + ", so quantise or factor it elsewhere first");
        }
    }
}
