package dev.lancet.dsl.recipe;

import dev.lancet.dsl.Check;

/**
 * How a training step is computed.
 *
 * @param arithmetic the number type for matrix products
 * @param accumulate batches whose gradients are summed before an update, at least 1
 * @param checkpointing whether the backward pass recomputes the activations of each block instead of keeping them
 * @param wholeStep whether XLA compiles the forward and backward pass as one function, including the matrix products
 */
public record Execution(Arithmetic arithmetic, int accumulate, boolean checkpointing, boolean wholeStep) {

    public Execution {
        Check.that(
                !(checkpointing && wholeStep),
                "wholeStep: has no use with checkpointing, because the compiler merges the repeated"
                        + " computations; choose one of them");
        Check.that(accumulate > 0, "accumulate: %d; at least 1 batch is needed", accumulate);
    }

    /** float32, one batch per update, no checkpointing. */
    public static Execution plain() {
        return new Execution(Arithmetic.FLOAT32, 1, false, false);
    }

    /** With another number type for matrix products. */
    public Execution arithmetic(Arithmetic arithmetic) {
        return new Execution(arithmetic, accumulate, checkpointing, wholeStep);
    }

    /** With this many batches per update. */
    public Execution accumulate(int batches) {
        return new Execution(arithmetic, batches, checkpointing, wholeStep);
    }

    /** With or without checkpointing. */
    public Execution checkpointing(boolean checkpointing) {
        return new Execution(arithmetic, accumulate, checkpointing, wholeStep);
    }

    /** With or without compiling the forward and backward pass as one function. */
    public Execution wholeStep(boolean wholeStep) {
        return new Execution(arithmetic, accumulate, checkpointing, wholeStep);
    }

    /** The code that makes this value, without the defaults. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        switch (arithmetic) {
            case FLOAT32 -> {}
            case BFLOAT16 -> text.append(".bfloat16()");
            case FLOAT16 -> text.append(".float16()");
            case FASTEST -> text.append(".fastest()");
        }
        if (accumulate > 1) {
            text.append(".accumulate(").append(accumulate).append(')');
        }
        if (checkpointing) {
            text.append(".checkpointing()");
        }
        return wholeStep ? text.append(".wholeStep()").toString() : text.toString();
    }
}
