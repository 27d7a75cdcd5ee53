package dev.lancet.dsl.recipe;

/** What a training says of how its steps are computed. */
public sealed interface ExecutionVerbs permits Training {

    /** How a step is computed, which changes its memory and speed. */
    Execution execution();

    /** With a step computed in another way. */
    Training execution(Execution execution);

    /** With matrix products in bfloat16, whether this machine is fast at them or not. */
    default Training bfloat16() {
        return execution(execution().arithmetic(Arithmetic.BFLOAT16));
    }

    /**
     * With matrix products in float16 and a scaled loss: the factor begins at 2¹⁵, is halved where gradients overflow, which
     * skips that step, and doubled after 2,000 steps without.
     */
    default Training float16() {
        return execution(execution().arithmetic(Arithmetic.FLOAT16));
    }

    /** With matrix products in bfloat16 where this machine is faster at them. */
    default Training fastest() {
        return execution(execution().arithmetic(Arithmetic.FASTEST));
    }

    /** With the gradients of so many batches added up before each update: a step sees {@code batches · batch} sequences. */
    default Training accumulate(int batches) {
        return execution(execution().accumulate(batches));
    }

    /** With what is inside the blocks computed again instead of kept: less memory, a quarter to a third more time. */
    default Training checkpointing() {
        return execution(execution().checkpointing(true));
    }

    /**
     * With forward and backward compiled by XLA as one, matrix products too. On a processor that is slower and takes long to compile;
     * on a GPU it needs CUDA's compiler and may be faster.
     */
    default Training wholeStep() {
        return execution(execution().wholeStep(true));
    }
}
