package dev.lancet.runtime.train;

import dev.lancet.dsl.recipe.Arithmetic;
import java.util.Locale;
import java.util.Optional;

/**
 * The arithmetic of matrix products in a training that leaves this choice to the machine.
 *
 * @param chosen float32 or bfloat16
 * @param timing the measurement that decided it; empty for a resumed training, which keeps its arithmetic
 */
public record DtypeChoice(Arithmetic chosen, Optional<DtypeTiming> timing) {

    public DtypeChoice {
        if (chosen != Arithmetic.FLOAT32 && chosen != Arithmetic.BFLOAT16) {
            throw new IllegalArgumentException("dtype: " + chosen + "; the choice is between float32 and bfloat16");
        }
    }

    /** The faster arithmetic. */
    static DtypeChoice of(DtypeTiming timing) {
        return new DtypeChoice(timing.faster(), Optional.of(timing));
    }

    /** The arithmetic of a resumed training. */
    static DtypeChoice resumed(Arithmetic begun) {
        return new DtypeChoice(begun, Optional.empty());
    }

    boolean bfloat16() {
        return chosen == Arithmetic.BFLOAT16;
    }

    /** The measurement and the choice, for people. */
    @Override
    public String toString() {
        String name = bfloat16() ? "bfloat16" : "float32";
        return timing.map(measured -> String.format(
                        Locale.ROOT,
                        "bfloat16: %s ms a step, float32: %s ms; training in %s",
                        rounded(measured.bfloat16()),
                        rounded(measured.float32()),
                        name))
                .orElse("training in " + name + ", as before");
    }

    private static String rounded(double milliseconds) {
        return String.format(Locale.ROOT, milliseconds < 10 ? "%.1f" : "%,.0f", milliseconds);
    }
}
