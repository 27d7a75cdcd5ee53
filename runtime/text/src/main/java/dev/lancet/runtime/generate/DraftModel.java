package dev.lancet.runtime.generate;

import dev.lancet.dsl.LancetException;
import dev.lancet.runtime.text.tokenizer.Tokenizer;

/**
 * A small model that proposes tokens to a large one, which reads several of them in one run: {@link TextGenerator} then gives
 * the text of the large model in fewer runs of it. A compressed model can be the draft of its original.
 *
 * @param engine the small model
 * @param tokens how many tokens it proposes at a time
 */
public record DraftModel(TextEngine engine, int tokens) {

    /** How many tokens are proposed at a time if nothing else is said. */
    public static final int USUAL = 4;

    private static final int MOST = 64;

    public DraftModel {
        if (tokens < 1 || tokens > MOST) {
            throw new IllegalArgumentException("draft-tokens: " + tokens + "; propose 1 to " + MOST + " at a time");
        }
    }

    /** Checks that the draft has as many tokens as the large model. */
    void requireSameVocabulary(TextEngine large) {
        PromptLimits own = engine.limits();
        PromptLimits other = large.limits();
        if (own.vocabulary() != other.vocabulary()) {
            throw new LancetException("draft: " + own.model() + " has a vocabulary of " + own.vocabulary() + ", and "
                    + other.model() + " one of " + other.vocabulary() + "; take a draft with the same tokens, such as"
                    + " the compressed model");
        }
    }

    /** Checks that each token of the draft stands for the same text as that of the large model. */
    void requireSameTokens(TextEngine large) {
        Tokenizer own = engine.tokenizer();
        Tokenizer other = large.tokenizer();
        if (own.fingerprint().equals(other.fingerprint())) {
            return;
        }
        int tokens = Math.min(own.vocabulary(), other.vocabulary());
        for (int id = 0; id < tokens; id++) {
            String text = own.decode(new int[] {id});
            String wanted = other.decode(new int[] {id});
            if (!text.equals(wanted)) {
                throw new LancetException(
                        "draft: token " + id + " of " + engine.limits().model() + " is '" + text
                                + "', and that of " + large.limits().model() + " is '" + wanted
                                + "'; take a draft with the same tokens, such as the compressed model");
            }
        }
    }
}
