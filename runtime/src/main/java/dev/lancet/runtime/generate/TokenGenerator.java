package dev.lancet.runtime.generate;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;

/** Continues token ids one by one, with any engine. */
public final class TokenGenerator {

    private final Transformer transformer;
    private final Sampler sampler;
    private final Set<Integer> ends;

    /**
     * A generator.
     *
     * @param transformer the model, for the length of its context
     * @param ends the tokens that end a text; they are not part of it
     */
    public TokenGenerator(Transformer transformer, Sampler sampler, Set<Integer> ends) {
        this.transformer = transformer;
        this.sampler = sampler;
        this.ends = Set.copyOf(ends);
    }

    /**
     * New tokens.
     *
     * @param ids the tokens
     * @param end why there are no more; never {@link GenerationEnd#STOP_STRING}, because tokens are no text
     */
    public record Tokens(List<Integer> ids, GenerationEnd end) {

        public Tokens {
            ids = List.copyOf(ids);
        }
    }

    /**
     * Continues a prompt until it has enough tokens, an end token comes, the context is full, or the reader ends it.
     *
     * @param text what the engine has read; it has read the prompt and the new tokens afterwards, perhaps without the last
     * @param prompt at least one token, at most the context
     * @param most the most tokens to add
     * @param reader called with each new token as soon as it is generated; returns whether to go on
     * @throws LancetException if the prompt is empty or longer than the context
     */
    public Tokens generate(PromptCache text, int[] prompt, int most, IntPredicate reader) {
        check(transformer, prompt);
        int room = Math.min(most, transformer.context() - prompt.length + 1);
        if (room < 1) {
            return new Tokens(List.of(), GenerationEnd.LENGTH);
        }
        List<Integer> added = new ArrayList<>();
        BitSet before = new BitSet();
        Arrays.stream(prompt).forEach(before::set);
        float[] logits = text.start(prompt);
        while (true) {
            int next = sampler.pick(logits, text.length(), before);
            if (ends.contains(next)) {
                return new Tokens(added, GenerationEnd.END_TOKEN);
            }
            added.add(next);
            before.set(next);
            if (!reader.test(next)) {
                return new Tokens(added, GenerationEnd.READER);
            }
            if (added.size() == room) {
                return new Tokens(added, GenerationEnd.LENGTH);
            }
            logits = text.read(next);
        }
    }

    /**
     * Checks that a model can read a prompt.
     *
     * @throws LancetException if it has no token, or more than the context
     */
    public static void check(Transformer transformer, int[] prompt) {
        if (prompt.length == 0 || prompt.length > transformer.context()) {
            throw new LancetException("prompt: " + prompt.length + " tokens; it takes 1 to " + transformer.context()
                    + ", the context of " + transformer.name());
        }
    }
}
