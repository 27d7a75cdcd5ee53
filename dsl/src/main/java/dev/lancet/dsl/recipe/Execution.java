package dev.lancet.dsl.recipe;

import dev.lancet.dsl.Check;

/**
 * How a training step is computed.
 *
 * @param arithmetic in which numbers matrices are multiplied
 * @param accumulate batches whose gradients are added up before an update, at least 1
 * @param checkpointing whether the inside of a block is computed again in the backward pass instead of kept
 * @param wholeStep whether forward and backward are compiled as one, instead of only what stands between the products
 */
public record Execution(Arithmetic arithmetic, int accumulate, boolean checkpointing, boolean wholeStep) {

    public Execution {
        Check.that(
                !(checkpointing && wholeStep),
                "wholeStep: with checkpointing; what is computed twice the compiler computes once again, so choose one of them");
        Check.that(accumulate > 0, "accumulate: %d; at least 1 batch is needed", accumulate);
    }

    /** In float32, one batch an update, everything kept. */
    public static Execution plain() {
        return new Execution(Arithmetic.FLOAT32, 1, false, false);
    }

    /** With matrix products in other numbers. */
    public Execution arithmetic(Arithmetic arithmetic) {
        return new Execution(arithmetic, accumulate, checkpointing, wholeStep);
    }

    /** With so many batches an update. */
    public Execution accumulate(int batches) {
        return new Execution(arithmetic, batches, checkpointing, wholeStep);
    }

    /** With or without checkpointing. */
    public Execution checkpointing(boolean checkpointing) {
        return new Execution(arithmetic, accumulate, checkpointing, wholeStep);
    }

    /** With or without forward and backward compiled as one. */
    public Execution wholeStep(boolean wholeStep) {
        return new Execution(arithmetic, accumulate, checkpointing, wholeStep);
    }

    /** As the language says it; nothing of what is plain. */
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
