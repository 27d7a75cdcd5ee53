package dev.lancet.runtime.generate;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.runtime.engine.Engine;
import dev.lancet.runtime.memory.AllocatorPeak;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
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
        check(prompt);
        int room = Math.min(tokens, transformer.context() - prompt.length + 1);
        int[] added = new int[room];
        try (Decoder decoder = decoder()) {
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

    /** The device memory that the last of these tokens takes after the others were read, if it can be measured. */
    public Optional<AllocatorPeak> memory(int[] ids) {
        check(ids);
        int last = ids.length - 1;
        try (Decoder decoder = decoder()) {
            if (last > 0) {
                decoder.read(Arrays.copyOf(ids, last));
            }
            return decoder.traced(ids[last]);
        }
    }

    private Decoder decoder() {
        return new Decoder(decoding, transformer, 1);
    }

    private void check(int[] prompt) {
        if (prompt.length == 0 || prompt.length > transformer.context()) {
            throw new LancetException("prompt: " + prompt.length + " tokens; it takes 1 to " + transformer.context()
                    + ", the context of " + transformer.name());
        }
    }
}
