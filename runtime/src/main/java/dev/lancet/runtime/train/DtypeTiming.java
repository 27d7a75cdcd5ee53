package dev.lancet.runtime.train;

import dev.lancet.dsl.recipe.Arithmetic;

/**
 * The duration of a training step on this machine in float32 and in bfloat16.
 *
 * @param float32 milliseconds in float32
 * @param bfloat16 milliseconds in bfloat16
 */
public record DtypeTiming(double float32, double bfloat16) {

    /** Float32 is more precise, so bfloat16 is chosen only if its advantage exceeds the noise of a measurement. */
    private static final double WORTH = 1.03;

    /** The speed in bfloat16 divided by the speed in float32. */
    public double speedup() {
        return float32 / bfloat16;
    }

    Arithmetic faster() {
        return speedup() >= WORTH ? Arithmetic.BFLOAT16 : Arithmetic.FLOAT32;
    }
}
