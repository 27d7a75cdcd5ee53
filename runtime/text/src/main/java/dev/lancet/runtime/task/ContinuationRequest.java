package dev.lancet.runtime.task;

import dev.lancet.dsl.LancetException;
import dev.lancet.runtime.text.task.TaskChoice;
import dev.lancet.runtime.text.tokenizer.Tokenizer;
import java.util.Arrays;

/** A continuation of a prompt, as tokens: its likelihood is wanted. Together they fit into the context of the model. */
public final class ContinuationRequest {

    private final int[] prompt;
    private final int[] continuation;
    private final boolean truncated;

    private ContinuationRequest(int[] prompt, int[] continuation, boolean truncated) {
        this.prompt = prompt;
        this.continuation = continuation;
        this.truncated = truncated;
    }

    /**
     * Divides the tokens of the whole text into prompt and continuation, after as many tokens as the prompt alone has; so
     * does lm-evaluation-harness. If they are longer than the context, the beginning is cut off.
     *
     * @param where the place of the row, for messages
     * @param context the most tokens that the model reads
     * @throws LancetException if the continuation has no tokens of its own, or does not fit into the context
     */
    static ContinuationRequest of(Tokenizer tokenizer, TaskChoice choice, String where, int context) {
        int[] whole = tokenizer.encode(choice.context() + choice.continuation());
        int[] before = choice.context().isEmpty() ? new int[0] : tokenizer.encode(choice.context());
        if (whole.length <= before.length) {
            throw new LancetException("task: " + where + " has the answer '" + choice.words()
                    + "', of which no token is left after the prompt; use other words");
        }
        int[] continuation = Arrays.copyOfRange(whole, before.length, whole.length);
        if (continuation.length > context) {
            throw new LancetException("task: " + where + " has an answer of " + continuation.length
                    + " tokens, and the context has " + context + "; leave the row out");
        }
        int[] prompt = before.length > 0 ? before : beginning(tokenizer, where);
        int most = context + 1 - continuation.length;
        boolean truncated = prompt.length > most;
        return new ContinuationRequest(
                truncated ? Arrays.copyOfRange(prompt, prompt.length - most, prompt.length) : prompt,
                continuation,
                truncated);
    }

    /** What stands before an answer without a prompt: the token that begins a text, or else the one that ends the last. */
    private static int[] beginning(Tokenizer tokenizer, String where) {
        if (tokenizer.begin().isEmpty() && tokenizer.end().isEmpty()) {
            throw new LancetException("task: " + where + " has an empty prompt, and " + tokenizer.name()
                    + " has no token for the beginning of a text; write a prompt");
        }
        return new int[] {tokenizer.begin().orElseGet(() -> tokenizer.end().orElseThrow())};
    }

    /** The tokens before the continuation, at least one. The caller does not change them. */
    public int[] prompt() {
        return prompt;
    }

    /** The tokens of the continuation, at least one. The caller does not change them. */
    public int[] continuation() {
        return continuation;
    }

    /** Whether the beginning of the prompt was cut off. */
    boolean truncated() {
        return truncated;
    }

    /** Whether another request asks for the same tokens. */
    boolean same(ContinuationRequest other) {
        return Arrays.equals(prompt, other.prompt) && Arrays.equals(continuation, other.continuation);
    }
}
