package dev.lancet.runtime.generate;

/** A text that a model is reading, whatever computes it: takes tokens and gives the logits of the next one. */
public interface NextLogits extends AutoCloseable {

    /** Tokens read so far. */
    int length();

    /**
     * Reads tokens.
     *
     * @return the logits of the token after the last one, {@code [vocabulary]}
     */
    float[] read(int... tokens);

    @Override
    void close();
}
