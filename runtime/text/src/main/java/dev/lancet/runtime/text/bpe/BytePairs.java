package dev.lancet.runtime.text.bpe;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntConsumer;

/**
 * A byte-pair vocabulary: the bytes of each token, and the merges that form tokens from bytes.
 *
 * @param tokens the bytes of each token, by id; for a special token, its name in UTF-8
 * @param special the ids of special tokens, by the name that stands for them in a text; no merge gives them
 * @param merges the merges, in the order in which they apply
 */
public record BytePairs(List<byte[]> tokens, Set<Integer> special, List<TokenMerge> merges) {

    public BytePairs {
        tokens = List.copyOf(tokens);
        special = Set.copyOf(special);
        merges = List.copyOf(merges);
    }

    /**
     * The result of learning.
     *
     * @param pairs the vocabulary
     * @param length number of tokens of the texts with this vocabulary
     */
    public record Learnt(BytePairs pairs, long length) {}

    /**
     * Learns a vocabulary: special tokens first, then the 256 bytes, then merges.
     *
     * @param counts how often each word occurs in the texts
     * @param special names of special tokens
     * @param size number of tokens; the result has fewer if no more pairs occur often enough
     * @param minimumFrequency how often a pair must occur to become a token
     * @param each receives the number of tokens after each merge
     * @throws IllegalArgumentException if the size leaves no room for all bytes and special tokens, or if a special
     * token is     named twice
     */
    public static Learnt learn(
            WordCounts counts, List<byte[]> special, int size, long minimumFrequency, IntConsumer each) {
        int least = special.size() + Alphabet.SIZE;
        if (size < least) {
            throw new IllegalArgumentException("vocabulary: " + size + " tokens are too few: bytes and special"
                    + " tokens alone are "
                    + least + "; choose more, for example 4096");
        }
        List<byte[]> tokens = new ArrayList<>();
        Set<Integer> specialIds = new HashSet<>();
        for (int id = 0; id < special.size(); id++) {
            // Special tokens get no bytes here, so no merge can touch them.
            tokens.add(new byte[0]);
            specialIds.add(id);
        }
        for (int b : Alphabet.inOrder()) {
            tokens.add(new byte[] {(byte) b});
        }
        MergeLearner learner = new MergeLearner(tokens, counts.sorted());
        List<TokenMerge> merges = learner.learn(size, minimumFrequency, each);
        for (int id = 0; id < special.size(); id++) {
            tokens.set(id, special.get(id));
        }
        return new Learnt(new BytePairs(tokens, specialIds, merges), learner.length());
    }
}
