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
     * Reads more tokens.
     *
     * @param tokens at least one
     * @return the logits of the token after each of them, {@code [tokens, vocabulary]}
     */
    default float[] readEach(int... tokens) {
        float[] all = new float[0];
        for (int i = 0; i < tokens.length; i++) {
            float[] logits = read(tokens[i]);
            all = i == 0 ? new float[tokens.length * logits.length] : all;
            System.arraycopy(logits, 0, all, i * logits.length, logits.length);
        }
        return all;
    }

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
