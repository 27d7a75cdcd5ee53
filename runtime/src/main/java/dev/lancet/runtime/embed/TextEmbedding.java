package dev.lancet.runtime.embed;

/** The vector of a text. */
public final class TextEmbedding {

    private final float[] vector;
    private final int tokens;

    TextEmbedding(float[] vector, int tokens) {
        this.vector = vector;
        this.tokens = tokens;
    }

    /** The vector, {@code [width]}; its length is 1, unless the model says otherwise or all its numbers are 0. */
    public float[] vector() {
        return vector.clone();
    }

    /** The number of tokens that the model read of the text. */
    public int tokens() {
        return tokens;
    }
}
