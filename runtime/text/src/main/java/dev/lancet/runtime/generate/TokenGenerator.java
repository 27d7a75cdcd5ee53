package dev.lancet.runtime.generate;

import dev.lancet.dsl.LancetException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
     * @param draft what became of the proposals of a draft, if there was one
     */
    public record Tokens(List<Integer> ids, FinishReason end, Optional<DraftStatistics> draft) {

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
        return generate(new AutoregressiveDecoding(text, sampler), prompt, most, each);
    }

    /** The same with the tokens of a source. */
    Tokens generate(TokenSource source, int[] prompt, int most, IntPredicate each) {
        limits.check(prompt);
        List<Integer> added = new ArrayList<>();
        int room = Math.min(most, limits.context() - prompt.length + 1);
        source.start(prompt, room);
        FinishReason end = FinishReason.LENGTH;
        while (added.size() < room) {
            int next = source.next();
            if (ends.contains(next)) {
                end = FinishReason.END_TOKEN;
                break;
            }
            added.add(next);
            if (!each.test(next)) {
                end = FinishReason.CANCELLED;
                break;
            }
        }
        return new Tokens(added, end, source.draft());
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
