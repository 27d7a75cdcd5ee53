package dev.lancet.dsl;

/** The function of a weight in its model. */
public enum Role {
    /** Embedding table of the tokens, {@code [vocabulary, width]}; with a tied head, also the head. */
    EMBEDDING,
    /** Embedding table of learned positions, {@code [context, width]}. */
    POSITION,
    /** Embedding table of token types, {@code [types, width]}. */
    TOKEN_TYPE,
    /** Query projection. */
    QUERY,
    /** Key projection. */
    KEY,
    /** Value projection. */
    VALUE,
    /** Attention output projection. */
    OUTPUT,
    /** Gate of a gated feed-forward block. */
    GATE,
    /** First (widening) matrix of a feed-forward block. */
    UP,
    /** Second (narrowing) matrix of a feed-forward block. */
    DOWN,
    /** Dense layer of a head, {@code [width, width]}. */
    HEAD_DENSE,
    /** Untied output head, {@code [width, vocabulary]}, or {@code [width, classes]}. */
    HEAD,
    /** A linear layer of a graph that Lancet did not declare. */
    LINEAR,
    /** Gain of a normalisation; a vector. */
    NORM,
    /** Bias of a linear layer or a normalisation; a vector. */
    BIAS;

    /**
     * Whether weights of this role are embedding tables: they are looked up by row, so each row is an output channel.
     */
    public boolean table() {
        return this == EMBEDDING || this == POSITION || this == TOKEN_TYPE;
    }

    /** Whether weights of this role are matrices. Only matrices can be factorized or quantized. */
    public boolean matrix() {
        return this != NORM && this != BIAS;
    }

    /** Whether weights of this role are multiplied with activations ({@code x · W}); embedding tables are not. */
    public boolean linear() {
        return matrix() && !table();
    }
}
