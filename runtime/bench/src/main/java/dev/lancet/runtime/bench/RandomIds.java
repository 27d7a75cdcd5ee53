package dev.lancet.runtime.bench;

import java.util.Random;

/** Token ids drawn evenly: the speed and memory of a model do not depend on what it reads. */
final class RandomIds {

    private RandomIds() {}

    static int[] of(int vocabulary, int count, long seed) {
        return new Random(seed).ints(count, 0, vocabulary).toArray();
    }
}
