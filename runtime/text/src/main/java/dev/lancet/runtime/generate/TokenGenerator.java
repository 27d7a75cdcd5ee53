package dev.lancet.runtime.generate;

import dev.lancet.dsl.LancetException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalInt;
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

    /** The same with one end token, or none. */
    public TokenGenerator(PromptLimits limits, Sampler sampler, OptionalInt end) {
        this(limits, sampler, end.isPresent() ? Set.of(end.getAsInt()) : Set.of());
    }

    /**
     * New tokens.
     *
     * @param ids the tokens
     * @param end why there are no more; never {@link FinishReason#STOP_STRING}, because tokens are no text
     */
    public record Tokens(List<Integer> ids, FinishReason end) {

        public Tokens {
            ids = List.copyOf(ids);
        }
    }

    /**
     * Continues a prompt until it has enough tokens, an end token comes, the context is full, or {@code each} ends it.
     *
     * @param text what the engine has read; it has read the prompt and the new tokens afterwards, perhaps without the last
     * @param prompt at least one token, at most the context
     * @param most the most tokens to add
     * @param each is called with each new token as soon as it is generated; returns whether to go on
     * @throws LancetException if the model cannot read the prompt, see {@link PromptLimits#check}
     */
    public Tokens generate(PromptCache text, int[] prompt, int most, IntPredicate each) {
        limits.check(prompt);
        int room = Math.min(most, limits.context() - prompt.length + 1);
        if (room < 1) {
            return new Tokens(List.of(), FinishReason.LENGTH);
        }
        List<Integer> added = new ArrayList<>();
        BitSet before = new BitSet();
        Arrays.stream(prompt).forEach(before::set);
        float[] logits = text.start(prompt);
        while (true) {
            int next = sampler.pick(logits, text.length(), before);
            if (ends.contains(next)) {
                return new Tokens(added, FinishReason.END_TOKEN);
            }
            added.add(next);
            before.set(next);
            if (!each.test(next)) {
                return new Tokens(added, FinishReason.CANCELLED);
            }
            if (added.size() == room) {
                return new Tokens(added, FinishReason.LENGTH);
            }
            logits = text.read(next);
        }
    }

    /**
     * Continues a prompt in a session that has read nothing yet, and closes the session.
     *
     * @param each called with each new token as soon as it is generated
     * @return the new tokens
     */
    public int[] generate(DecodingSession session, int[] prompt, int most, IntConsumer each) {
        try (PromptCache once = new PromptCache(session)) {
            Tokens added = generate(once, prompt, most, id -> {
                each.accept(id);
                return true;
            });
            return added.ids().stream().mapToInt(Integer::intValue).toArray();
        }
    }
}
