package dev.lancet.runtime.generate;

import java.util.Set;

/** A text to continue, as the ids of a model. */
public final class EncodedPrompt {

    private final String text;
    private final int[] ids;
    private final Set<Integer> ends;

    /**
     * A prompt.
     *
     * @param ids its tokens
     * @param ends the tokens that end the text after it
     */
    public EncodedPrompt(String text, int[] ids, Set<Integer> ends) {
        this.text = text;
        this.ids = ids.clone();
        this.ends = Set.copyOf(ends);
    }

    /** The text. */
    public String text() {
        return text;
    }

    /** The number of its tokens. */
    public int tokens() {
        return ids.length;
    }

    /** Its tokens. */
    public int[] ids() {
        return ids.clone();
    }

    /** The tokens that end the text after it. */
    public Set<Integer> ends() {
        return ends;
    }
}
