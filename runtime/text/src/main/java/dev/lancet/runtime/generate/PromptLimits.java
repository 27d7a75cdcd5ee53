package dev.lancet.runtime.generate;

import dev.lancet.dsl.LancetException;
import dev.lancet.runtime.text.tokenizer.TokenIdChecks;

/**
 * What a model can read.
 *
 * @param model its name, for messages
 * @param vocabulary the number of its tokens
 * @param context the most tokens of a text
 */
public record PromptLimits(String model, int vocabulary, int context) {

    /**
     * Checks that the model can read a text in windows.
     *
     * @throws LancetException if a token is outside the vocabulary, or the window is longer than the context
     */
    public void checkWindows(int[] text, int window) {
        TokenIdChecks.check(text, vocabulary, "text");
        if (window > context) {
            throw new LancetException("window: " + window + " is longer than the context " + context + " of " + model
                    + "; use a shorter one");
        }
    }

    /**
     * Checks that the model can read a prompt.
     *
     * @throws LancetException if it has no token, more than the context, or one outside the vocabulary
     */
    public void check(int[] prompt) {
        TokenIdChecks.check(prompt, vocabulary, "prompt");
        if (prompt.length == 0 || prompt.length > context) {
            throw new LancetException(
                    "prompt: " + prompt.length + " tokens; it takes 1 to " + context + ", the context of " + model);
        }
    }
}
