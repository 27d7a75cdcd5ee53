package dev.lancet.dsl.recipe;

import dev.lancet.dsl.Check;
import java.util.OptionalInt;

/**
 * How much data a training step uses, and in which order.
 *
 * @param batch sequences per step
 * @param sequence tokens per sequence; empty for the model's context
 * @param seed seed for fresh weights and for the order of the data
 */
public record DataSettings(int batch, OptionalInt sequence, long seed) {

    private static final int MOST_TOKENS = 1 << 28;

    public DataSettings {
        Check.that(batch > 0, "batch: %d; at least 1 is needed", batch);
        Check.that(
                (long) batch * sequence.orElse(1) <= MOST_TOKENS,
                "batch: %d sequences of %d; a step takes at most %d tokens",
                batch,
                sequence.orElse(1),
                MOST_TOKENS);
        Check.that(sequence.orElse(2) >= 2, "sequence: %d; at least 2 tokens are needed", sequence.orElse(2));
    }

    DataSettings batch(int sequences) {
        return new DataSettings(sequences, sequence, seed);
    }

    DataSettings sequence(int tokens) {
        return new DataSettings(batch, OptionalInt.of(tokens), seed);
    }

    DataSettings seed(long other) {
        return new DataSettings(batch, sequence, other);
    }
}
