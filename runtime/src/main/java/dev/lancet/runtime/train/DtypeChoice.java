package dev.lancet.runtime.train;

import dev.lancet.dsl.recipe.Arithmetic;
import java.util.Locale;
import java.util.Optional;

/**
 * In which numbers a training multiplies matrices that leaves the choice to the machine.
 *
 * @param chosen float32 or bfloat16
 * @param timing what decided it; empty for a training that goes on in the numbers that it began with
 */
public record DtypeChoice(Arithmetic chosen, Optional<StepTiming> timing) {

    public DtypeChoice {
        if (chosen != Arithmetic.FLOAT32 && chosen != Arithmetic.BFLOAT16) {
            throw new IllegalArgumentException("dtype: " + chosen + "; the choice is between float32 and bfloat16");
        }
    }

    /** The faster one. */
    static DtypeChoice of(StepTiming timing) {
        return new DtypeChoice(timing.faster(), Optional.of(timing));
    }

    /** That of a training that is resumed. */
    static DtypeChoice resumed(Arithmetic begun) {
        return new DtypeChoice(begun, Optional.empty());
    }

    boolean bfloat16() {
        return chosen == Arithmetic.BFLOAT16;
    }

    /** What was measured and chosen, for people. */
    @Override
    public String toString() {
        String name = bfloat16() ? "bfloat16" : "float32";
        return timing.map(measured -> String.format(
                        Locale.ROOT,
                        "bfloat16: %s ms a step, float32: %s ms; training in %s",
                        rounded(measured.bfloat16()),
                        rounded(measured.float32()),
                        name))
                .orElse("training in " + name + ", as it began");
    }

    private static String rounded(double milliseconds) {
        return String.format(Locale.ROOT, milliseconds < 10 ? "%.1f" : "%,.0f", milliseconds);
    }
}
