package dev.lancet.runtime.generate;

import dev.lancet.dsl.LancetException;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/** Continues token ids one by one, with a cache of keys and values. */
public final class Generator {

    private final String model;
    private final int context;
    private final Supplier<? extends NextLogits> texts;

    /**
     * A generator.
     *
     * @param model the name of the model, for messages
     * @param context the most tokens that it reads
     * @param texts begins a text
     */
    public Generator(String model, int context, Supplier<? extends NextLogits> texts) {
        this.model = model;
        this.context = context;
        this.texts = texts;
    }

    /**
     * Continues a prompt until it has enough tokens, the end token comes, or the context is full.
     *
     * @param prompt at least one token, at most the context
     * @param tokens how many to add
     * @param end the token that ends a text; it is not part of the result
     * @param eager called with each new token as soon as it is generated
     * @return the new tokens
     */
    public int[] generate(int[] prompt, int tokens, Sampler sampler, OptionalInt end, IntConsumer eager) {
        check(prompt);
        int room = Math.min(tokens, context - prompt.length + 1);
        int[] added = new int[room];
        try (NextLogits decoder = texts.get()) {
            float[] logits = decoder.read(prompt);
            for (int i = 0; i < room; i++) {
                int next = sampler.pick(logits, decoder.length());
                if (end.isPresent() && end.getAsInt() == next) {
                    return Arrays.copyOf(added, i);
                }
                added[i] = next;
                eager.accept(next);
                if (i + 1 < room) {
                    logits = decoder.read(next);
                }
            }
        }
        return added;
    }

    /**
     * Checks that a prompt has a token, and fits into the context.
     *
     * @throws LancetException if not
     */
    public void check(int[] prompt) {
        if (prompt.length == 0 || prompt.length > context) {
            throw new LancetException("prompt: " + prompt.length + " tokens; it takes 1 to " + context
                    + ", the context of " + model);
        }
    }
}
