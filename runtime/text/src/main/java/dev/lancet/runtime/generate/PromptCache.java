package dev.lancet.runtime.generate;

import java.util.Arrays;

/**
 * A text in an engine, with the ids that the engine has read. The next prompt keeps the keys and values of the ids with
 * which both begin, so a conversation that grows is not read again from its start.
 */
public final class PromptCache implements AutoCloseable {

    private final NextTokenLogits text;
    private int[] ids = new int[256];

    /** A cache over a text of which nothing is read yet; it closes the text. */
    public PromptCache(NextTokenLogits text) {
        this.text = text;
    }

    /** The number of tokens that the engine has read. */
    public int length() {
        return text.length();
    }

    /**
     * Reads a prompt in place of what was read before.
     *
     * @param prompt at least one token
     * @return the logits of the token after it, {@code [vocabulary]}
     */
    float[] start(int[] prompt) {
        int same = reusable(prompt);
        text.truncate(same);
        return read(Arrays.copyOfRange(prompt, same, prompt.length));
    }

    /** The number of first tokens of a prompt that need not be read again. The last one is read, because it gives the logits. */
    public int reusable(int[] prompt) {
        int most = Math.min(text.length(), prompt.length - 1);
        int different = Arrays.mismatch(ids, 0, most, prompt, 0, most);
        return different < 0 ? most : different;
    }

    /** Reads more tokens, and returns the logits of the token after them, {@code [vocabulary]}. */
    float[] read(int... more) {
        int from = text.length();
        float[] logits = text.read(more);
        if (from + more.length > ids.length) {
            ids = Arrays.copyOf(ids, 2 * (from + more.length));
        }
        System.arraycopy(more, 0, ids, from, more.length);
        return logits;
    }

    @Override
    public void close() {
        text.close();
    }
}
