package dev.lancet.runtime.generate;

import dev.lancet.dsl.Transformer;
import dev.lancet.runtime.engine.Engine;
import dev.lancet.runtime.memory.AllocatorPeak;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.IntConsumer;

/** Continues token ids one by one, with a cache of keys and values. */
public final class Generator {

    private final Transformer transformer;
    private final Engine decoding;

    /** A generator over a decoding graph of this transformer. */
    public Generator(Transformer transformer, Engine decoding) {
        this.transformer = transformer;
        this.decoding = decoding;
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
        Set<Integer> ends = end.isPresent() ? Set.of(end.getAsInt()) : Set.of();
        try (PromptCache text = new PromptCache(decoder())) {
            return new TokenGenerator(transformer, sampler, ends)
                            .generate(text, prompt, tokens, id -> {
                                eager.accept(id);
                                return true;
                            })
                            .ids()
                            .stream()
                            .mapToInt(Integer::intValue)
                            .toArray();
        }
    }

    /** The device memory that the last of these tokens takes after the others were read, if it can be measured. */
    public Optional<AllocatorPeak> memory(int[] ids) {
        TokenGenerator.check(transformer, ids);
        int last = ids.length - 1;
        try (Decoder decoder = decoder()) {
            if (last > 0) {
                decoder.read(Arrays.copyOf(ids, last));
            }
            return decoder.traced(ids[last]);
        }
    }

    /** A text of which nothing is read yet; the caller closes it. */
    public Decoder decoder() {
        return new Decoder(decoding, transformer, 1);
    }
}
