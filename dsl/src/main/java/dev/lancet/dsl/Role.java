package dev.lancet.dsl;

/** What a weight does in its model. */
public enum Role {
    /** Token table, {@code [vocabulary, width]}; with a tied head also the head. */
    EMBEDDING,
    /** Learned position table, {@code [context, width]}. */
    POSITION,
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
    /** Untied output head, {@code [width, vocabulary]}. */
    HEAD,
    /** A linear layer of a graph that Lancet did not declare. */
    LINEAR,
    /** Gain of a normalisation; a vector. */
    NORM,
    /** Bias of a linear layer or a normalisation; a vector. */
    BIAS;

    /** Whether weights of this role are looked up by row, so that a row is an output channel. */
    public boolean table() {
        return this == EMBEDDING || this == POSITION;
    }

    /** Whether weights of this role are matrices, which alone can be factored or quantised. */
    public boolean matrix() {
        return this != NORM && this != BIAS;
    }

    /** Whether weights of this role are multiplied with activations ({@code x · W}); the tables are not. */
    public boolean linear() {
        return matrix() && !table();
    }
}
