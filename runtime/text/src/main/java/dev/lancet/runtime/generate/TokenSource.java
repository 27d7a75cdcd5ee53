package dev.lancet.runtime.generate;

import java.util.Optional;

/** Gives the tokens of a text one after another. */
interface TokenSource {

    /**
     * Begins a text.
     *
     * @param prompt at least one token, at most the context
     * @param most the most tokens that are wanted
     */
    void start(int[] prompt, int most);

    /** The next token, which then is part of the text. */
    int next();

    /** What became of the proposals of a draft since the start; empty if there is none. */
    Optional<DraftStatistics> draft();
}
