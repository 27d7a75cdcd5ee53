package dev.lancet.dsl.recipe;

/** The number type in which a training multiplies matrices. Weights, sums, norms and the loss are always float32. */
public enum Arithmetic {
    /** float32. */
    FLOAT32,
    /**
     * bfloat16: the range of float32 with 8 bits of precision. It is fast on processors whose matrix units support it.
     */
    BFLOAT16,
    /**
     * float16: 11 bits of precision, but no number above 65,504 and few below 0.00006. Therefore the loss is scaled,
     * and steps whose gradients overflow are skipped. For GPUs that are fast in float16 but not in bfloat16.
     */
    FLOAT16,
    /** bfloat16 if the first steps of the training run faster in it on this machine, otherwise float32. */
    FASTEST
}
