package dev.lancet.runtime.train;

import dev.lancet.dsl.recipe.Arithmetic;

/**
 * How long one training step takes on this machine in float32 and in bfloat16.
 *
 * @param float32 milliseconds in float32
 * @param bfloat16 milliseconds in bfloat16
 */
public record StepTiming(double float32, double bfloat16) {

    /** Float32 is the more precise of both, so it is given up only for more than the noise of a measurement. */
    private static final double WORTH = 1.03;

    /** How many times as fast the step is in bfloat16. */
    public double speedup() {
        return float32 / bfloat16;
    }

    Arithmetic faster() {
        return speedup() >= WORTH ? Arithmetic.BFLOAT16 : Arithmetic.FLOAT32;
    }
}
