package dev.lancet.runtime.bench;

import java.util.Random;

/** Makes uniformly random token ids. The speed and memory of a model do not depend on its input. */
final class RandomIds {

    private RandomIds() {}

    static int[] of(int vocabulary, int count, long seed) {
        return new Random(seed).ints(count, 0, vocabulary).toArray();
    }
}
