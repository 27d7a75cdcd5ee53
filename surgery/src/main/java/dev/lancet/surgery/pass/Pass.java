package dev.lancet.surgery.pass;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The passes that make a training step fast. Each can be left out by its name. They run in this order. */
public enum Pass {
    /** {@link MixedPrecision}: matrix products in bfloat16. Runs only if a training asks for it. */
    MIXED_PRECISION,
    /**
     * {@link MixedPrecision}: matrix products in float16, and a scaled loss ({@link
     * dev.lancet.surgery.gradient.LossScale}).
     * Runs only if a training asks for it.
     */
    HALF_PRECISION,
    /** {@link CausalTiles}: queries in tiles, each multiplied only with the keys up to its own end. */
    CAUSAL_TILES,
    /** {@link Streams}: the batch in independent streams, one for each processor. */
    STREAMS,
    /** {@link SoftmaxGradient}: the gradient of masked softmax in one pass over the scores. */
    SOFTMAX_GRADIENT,
    /** {@link FusedCrossEntropy}: cross entropy and its gradient from one softmax. */
    FUSED_CROSS_ENTROPY,
    /** {@link WideSums}: adds up 16-bit gradients in float32. Runs only in mixed precision. */
    WIDE_SUMS,
    /** {@link BackwardDequantization}: the backward pass dequantizes the weights of quantised layers again. */
    BACKWARD_DEQUANTIZATION,
    /**
     * {@link CheapRecomputation}: the backward pass recomputes norms and nonlinearities. Does not run if it recomputes
     * whole blocks.
     */
    CHEAP_RECOMPUTATION,
    /** {@link ActivationCheckpointing}: the backward pass recomputes blocks. Runs only if a training asks for it. */
    ACTIVATION_CHECKPOINTING,
    /**
     * {@link MatrixLayout}: transposes narrow matrices of float32 products where a processor is then faster. Does not run
     * on a GPU.
     */
    MATRIX_LAYOUT,
    /** {@link WholeStep}: XLA compiles forward and backward pass as one function. Runs only if a training asks for it. */
    WHOLE_STEP,
    /**
     * {@link SingleResults}: the derivative of a gated unit as one function for each of its results. Runs only with
     * {@link #COMPILED}.
     */
    SINGLE_RESULTS,
    /**
     * {@link ShortSums}: splits long sums into short ones, which XLA does not split further. Runs only with {@link
     * #COMPILED}.
     */
    SHORT_SUMS,
    /** {@link XlaCompilation}: XLA compiles the functions between the products. */
    COMPILED;

    /** Its name on the command line: {@code softmax-gradient}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether it runs only if a training asks for it. */
    public boolean onRequest() {
        return this == MIXED_PRECISION
                || this == HALF_PRECISION
                || this == ACTIVATION_CHECKPOINTING
                || this == WHOLE_STEP;
    }

    /**
     * The pass with this name.
     *
     * @throws IllegalArgumentException if there is none; the message names all passes
     */
    public static Pass named(String text) {
        return Arrays.stream(values())
                .filter(pass -> pass.text().equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("pass: " + text + "; it is one of "
                        + Arrays.stream(values()).map(Pass::text).collect(Collectors.joining(", "))));
    }
}
