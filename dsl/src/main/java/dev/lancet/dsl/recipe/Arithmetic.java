package dev.lancet.dsl.recipe;

/** In which numbers a training multiplies matrices. Weights, sums, norms and the loss are float32 in any case. */
public enum Arithmetic {
    /** In float32. */
    FLOAT32,
    /** In bfloat16: the range of float32 with 8 bits of precision. Fast on processors that have it in their matrix units. */
    BFLOAT16,
    /**
     * In float16: 11 bits of precision, but no number over 65,504 and few under 0.00006, so that the loss is scaled and steps whose
     * gradients overflow are skipped. For cards that are fast at it and not at bfloat16.
     */
    FLOAT16,
    /** In bfloat16 if the training's own first steps are faster in it on this machine, else in float32. */
    FASTEST
}
