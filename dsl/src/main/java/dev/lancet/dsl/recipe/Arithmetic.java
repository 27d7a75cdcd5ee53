package dev.lancet.dsl.recipe;

/** In which numbers a training multiplies matrices. Weights, sums, norms and the loss are float32 in any case. */
public enum Arithmetic {
    /** In float32. */
    FLOAT32,
    /** In bfloat16: the range of float32 with 8 bits of precision. Fast on processors that have it in their matrix units. */
    BFLOAT16,
    /** In bfloat16 if a short measurement says that this machine is faster at it, else in float32. */
    FASTEST
}
