package dev.lancet.runtime.generate;

import dev.lancet.dsl.LancetException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.function.IntPredicate;

/** Continues token ids one by one, with any engine. */
public final class TokenGenerator {

    private final PromptLimits limits;
    private final Sampler sampler;
    private final Set<Integer> ends;

    /**
     * A generator.
     *
     * @param limits what the model can read
     * @param ends the tokens that end a text; they are not part of it
     */
    public TokenGenerator(PromptLimits limits, Sampler sampler, Set<Integer> ends) {
        this.limits = limits;
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
     * @throws LancetException if the model cannot read the prompt, see {@link PromptLimits#check}
     */
    public Tokens generate(PromptCache text, int[] prompt, int most, IntPredicate reader) {
        limits.check(prompt);
        int room = Math.min(most, limits.context() - prompt.length + 1);
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
     * Continues a prompt in a text of which nothing is read yet, and closes the text.
     *
     * @param each called with each new token as soon as it is generated
     * @return the new tokens
     */
    public int[] generate(NextTokenLogits text, int[] prompt, int most, IntConsumer each) {
        try (PromptCache once = new PromptCache(text)) {
            Tokens added = generate(once, prompt, most, id -> {
                each.accept(id);
                return true;
            });
            return added.ids().stream().mapToInt(Integer::intValue).toArray();
        }
    }
}
