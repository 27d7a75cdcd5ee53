package dev.lancet.runtime.generate;

/**
 * The state of one text in an engine: it reads tokens and gives the logits of the token after them. {@link TokenGenerator} needs no more than
 * this to continue the text, so any engine that keeps keys and values can generate.
 */
public interface DecodingSession extends AutoCloseable {

    /** The number of tokens read so far. */
    int length();

    /**
     * Reads more tokens.
     *
     * @param tokens at least one
     * @return the logits of the token after the last one, {@code [vocabulary]}
     */
    float[] read(int... tokens);

    /**
     * Forgets the last tokens, so that other tokens can follow the first ones.
     *
     * @param length how many of the first tokens to keep, at most {@link #length()}
     */
    void truncate(int length);

    /** Frees the keys and values. */
    @Override
    void close();
}
