package dev.lancet.runtime.generate;

import java.util.Arrays;

/**
 * A session with the ids that it has read. If the next prompt begins with some of these ids, their keys and values are used
 * again, so a growing conversation is not read again from its start.
 */
public final class PromptCache implements AutoCloseable {

    private final DecodingSession session;
    private int[] ids = new int[256];

    /** A cache over a session that has read nothing yet; it closes the session. */
    public PromptCache(DecodingSession session) {
        this.session = session;
    }

    /** The number of tokens that the engine has read. */
    public int length() {
        return session.length();
    }

    /**
     * Reads a prompt in place of what was read before.
     *
     * @param prompt at least one token
     * @return the logits of the token after it, {@code [vocabulary]}
     */
    float[] start(int[] prompt) {
        return read(unread(prompt));
    }

    /** Forgets what a prompt does not share with the text that was read, and returns the tokens of the prompt after it. */
    int[] unread(int[] prompt) {
        int same = reusable(prompt);
        session.truncate(same);
        return Arrays.copyOfRange(prompt, same, prompt.length);
    }

    /**
     * Reads the first tokens of a prompt in place of what was read before.
     *
     * @param prompt at least one token
     * @param tokens how many of them to read, less than all
     */
    public void keep(int[] prompt, int tokens) {
        int same = Math.min(reusable(prompt), tokens);
        session.truncate(same);
        if (same < tokens) {
            read(Arrays.copyOfRange(prompt, same, tokens));
        }
    }

    /** The number of first tokens of a prompt that need not be read again. The last one is read, because it gives the logits. */
    public int reusable(int[] prompt) {
        int most = Math.min(session.length(), prompt.length - 1);
        int different = Arrays.mismatch(ids, 0, most, prompt, 0, most);
        return different < 0 ? most : different;
    }

    /** Reads more tokens, and returns the logits of the token after them, {@code [vocabulary]}. */
    float[] read(int... more) {
        int from = session.length();
        float[] logits = session.read(more);
        remember(from, more);
        return logits;
    }

    /** Reads more tokens, and returns the logits of the token after each of them, {@code [more, vocabulary]}. */
    public float[] readEach(int... more) {
        int from = session.length();
        float[] logits = session.readEach(more);
        remember(from, more);
        return logits;
    }

    private void remember(int from, int[] more) {
        if (from + more.length > ids.length) {
            ids = Arrays.copyOf(ids, 2 * (from + more.length));
        }
        System.arraycopy(more, 0, ids, from, more.length);
    }

    @Override
    public void close() {
        session.close();
    }
}
