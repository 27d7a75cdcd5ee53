package dev.lancet.dsl.recipe;

/** The methods of a training that set how its steps are computed. */
public sealed interface ExecutionVerbs permits Training {

    /** How a step is computed, which affects its memory and speed. */
    Execution execution();

    /** With a step computed in another way. */
    Training execution(Execution execution);

    /** With matrix products in bfloat16, even if this machine is slow at them. */
    default Training bfloat16() {
        return execution(execution().arithmetic(Arithmetic.BFLOAT16));
    }

    /**
     * With matrix products in float16 and a scaled loss. The scale starts at 2¹⁵. If gradients overflow, the step is
     * skipped and the scale is halved; after 2,000 steps without overflow it is doubled.
     */
    default Training float16() {
        return execution(execution().arithmetic(Arithmetic.FLOAT16));
    }

    /** With matrix products in bfloat16 if this machine is faster at them, otherwise in float32. */
    default Training fastest() {
        return execution(execution().arithmetic(Arithmetic.FASTEST));
    }

    /** Sums the gradients of this many batches before each update, so a step uses {@code batches · batch} sequences. */
    default Training accumulate(int batches) {
        return execution(execution().accumulate(batches));
    }

    /** Recomputes the activations of each block in the backward pass: less memory, a quarter to a third more time. */
    default Training checkpointing() {
        return execution(execution().checkpointing(true));
    }

    /**
     * Lets XLA compile the forward and backward pass as one function, including the matrix products. On a processor
     * this is slower and takes long to compile. On a GPU it needs CUDA's compiler and may be faster.
     */
    default Training wholeStep() {
        return execution(execution().wholeStep(true));
    }
}
