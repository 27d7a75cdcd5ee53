package dev.lancet.runtime.text.bpe;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntConsumer;

/**
 * A vocabulary: what each id stands for, and by which merges bytes become tokens.
 *
 * @param tokens bytes of each id; those of a special token are its name in UTF-8
 * @param special ids that no merge gives: they stand in a text by name
 * @param merges the earlier comes before the later
 */
public record BytePairs(List<byte[]> tokens, Set<Integer> special, List<Merge> merges) {

    public BytePairs {
        tokens = List.copyOf(tokens);
        special = Set.copyOf(special);
        merges = List.copyOf(merges);
    }

    /**
     * What was learnt.
     *
     * @param pairs the vocabulary
     * @param length how many tokens the texts are in it
     */
    public record Learnt(BytePairs pairs, long length) {}

    /**
     * Learns a vocabulary: special tokens first, then the 256 bytes, then merges.
     *
     * @param counts of the words of all texts
     * @param special names of special tokens
     * @param size tokens in all; fewer where no more pairs occur often enough
     * @param minimumFrequency how often a pair has to occur to become a token
     * @param each is told how many tokens there are, after each merge
     * @throws IllegalArgumentException if the size leaves no room for all bytes and special tokens, or a special token is
     *     named twice
     */
    public static Learnt learn(
            WordCounts counts, List<byte[]> special, int size, long minimumFrequency, IntConsumer each) {
        int least = special.size() + Alphabet.SIZE;
        if (size < least) {
            throw new IllegalArgumentException("vocabulary: " + size + " tokens; bytes and special tokens alone are "
                    + least + ", take more, say 4096");
        }
        List<byte[]> tokens = new ArrayList<>();
        Set<Integer> specialIds = new HashSet<>();
        for (int id = 0; id < special.size(); id++) {
            // Without bytes, so that no merge meets it.
            tokens.add(new byte[0]);
            specialIds.add(id);
        }
        for (int b : Alphabet.inOrder()) {
            tokens.add(new byte[] {(byte) b});
        }
        MergeLearner learner = new MergeLearner(tokens, counts.sorted());
        List<Merge> merges = learner.learn(size, minimumFrequency, each);
        for (int id = 0; id < special.size(); id++) {
            tokens.set(id, special.get(id));
        }
        return new Learnt(new BytePairs(tokens, specialIds, merges), learner.length());
    }
}
