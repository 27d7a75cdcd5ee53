package dev.lancet.dsl.recipe;

/**
 * How a training step is computed.
 *
 * @param arithmetic in which numbers matrices are multiplied
 * @param accumulate batches whose gradients are added up before an update, at least 1
 * @param checkpointing whether the inside of a block is computed again in the backward pass instead of kept
 */
public record Execution(Arithmetic arithmetic, int accumulate, boolean checkpointing) {

    public Execution {
        Check.that(accumulate > 0, "accumulate: %d; at least 1 batch is needed", accumulate);
    }

    /** In float32, one batch an update, everything kept. */
    public static Execution plain() {
        return new Execution(Arithmetic.FLOAT32, 1, false);
    }

    /** With matrix products in other numbers. */
    public Execution arithmetic(Arithmetic arithmetic) {
        return new Execution(arithmetic, accumulate, checkpointing);
    }

    /** With so many batches an update. */
    public Execution accumulate(int batches) {
        return new Execution(arithmetic, batches, checkpointing);
    }

    /** With or without checkpointing. */
    public Execution checkpointing(boolean checkpointing) {
        return new Execution(arithmetic, accumulate, checkpointing);
    }

    /** As the language says it; nothing of what is plain. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        if (arithmetic != Arithmetic.FLOAT32) {
            text.append(arithmetic == Arithmetic.BFLOAT16 ? ".bfloat16()" : ".fastest()");
        }
        if (accumulate > 1) {
            text.append(".accumulate(").append(accumulate).append(')');
        }
        return checkpointing ? text.append(".checkpointing()").toString() : text.toString();
    }
}
