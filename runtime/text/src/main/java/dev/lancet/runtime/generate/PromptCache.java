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
        int same = reusable(prompt);
        session.truncate(same);
        return read(Arrays.copyOfRange(prompt, same, prompt.length));
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
        if (from + more.length > ids.length) {
            ids = Arrays.copyOf(ids, 2 * (from + more.length));
        }
        System.arraycopy(more, 0, ids, from, more.length);
        return logits;
    }

    @Override
    public void close() {
        session.close();
    }
}
