package dev.lancet.surgery.pass;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What makes a training step fast, each to be left out by its name. The order is that in which they are done. */
public enum Pass {
    /** {@link MixedPrecision}: matrix products in bfloat16. Done only if a training asks for it. */
    MIXED_PRECISION,
    /**
     * {@link MixedPrecision}: matrix products in float16, and a scaled loss ({@link dev.lancet.surgery.gradient.LossScale}).
     * Done only if a training asks for it.
     */
    HALF_PRECISION,
    /** {@link CausalTiles}: queries in tiles, each against the keys up to its own end. */
    CAUSAL_TILES,
    /** {@link Streams}: the batch in independent streams, one for each processor. */
    STREAMS,
    /** {@link SoftmaxGradient}: the gradient of masked softmax in one pass over the scores. */
    SOFTMAX_GRADIENT,
    /** {@link FusedCrossEntropy}: cross entropy and its gradient out of one softmax. */
    FUSED_CROSS_ENTROPY,
    /** {@link WideSums}: gradients that come in 16 bits are added up in float32. Done only in mixed precision. */
    WIDE_SUMS,
    /** {@link BackwardDequantization}: codes of quantised layers become floats again in the backward pass. */
    BACKWARD_DEQUANTIZATION,
    /** {@link CheapRecomputation}: norms and nonlinearities are computed again in the backward pass. Not done where blocks are. */
    CHEAP_RECOMPUTATION,
    /** {@link ActivationCheckpointing}: blocks are computed again in the backward pass. Done only if a training asks for it. */
    ACTIVATION_CHECKPOINTING,
    /** {@link MatrixLayout}: narrow matrices of float32 products transposed where a processor is faster at it. Not done on a GPU. */
    MATRIX_LAYOUT,
    /** {@link WholeStep}: forward and backward are compiled by XLA as one. Done only if a training asks for it. */
    WHOLE_STEP,
    /** {@link SingleResults}: the derivative of a gated unit as one function for each of its results. Done only with {@link #COMPILED}. */
    SINGLE_RESULTS,
    /** {@link ShortSums}: long sums as sums of short ones, which XLA leaves in one piece. Done only with {@link #COMPILED}. */
    SHORT_SUMS,
    /** {@link XlaCompilation}: what stands between the products is compiled by XLA. */
    COMPILED;

    /** Its name as people write it: {@code softmax-gradient}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether it is done only if a training asks for it. */
    public boolean onRequest() {
        return this == MIXED_PRECISION
                || this == HALF_PRECISION
                || this == ACTIVATION_CHECKPOINTING
                || this == WHOLE_STEP;
    }

    /**
     * The pass of this name.
     *
     * @throws IllegalArgumentException if there is none, naming all
     */
    public static Pass named(String text) {
        return Arrays.stream(values())
                .filter(pass -> pass.text().equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("pass: " + text + "; it is one of "
                        + Arrays.stream(values()).map(Pass::text).collect(Collectors.joining(", "))));
    }
}
