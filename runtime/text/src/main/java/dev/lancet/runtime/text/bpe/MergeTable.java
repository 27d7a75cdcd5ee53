package dev.lancet.runtime.text.bpe;

import java.util.Arrays;
import java.util.List;

/** A hash table from pairs to merges, with open addressing over arrays, because encoding spends its time here. */
final class MergeTable {

    /** The {@link #rank} of a pair that does not merge. */
    static final int NONE = Integer.MAX_VALUE;

    private static final long EMPTY = -1;

    private final long[] keys;
    private final int[] ranks;
    private final int[] wholes;
    private final int mask;

    MergeTable(List<TokenMerge> merges) {
        int capacity = Integer.highestOneBit(Math.max(4, merges.size() * 3)) * 2;
        keys = new long[capacity];
        Arrays.fill(keys, EMPTY);
        ranks = new int[capacity];
        mask = capacity - 1;
        wholes = new int[merges.size()];
        for (int rank = 0; rank < merges.size(); rank++) {
            TokenMerge merge = merges.get(rank);
            wholes[rank] = merge.whole();
            int at = place(key(merge.left(), merge.right()));
            keys[at] = key(merge.left(), merge.right());
            ranks[at] = rank;
        }
    }

    /** The position of a pair's merge among all merges, or {@link #NONE}. */
    int rank(int left, int right) {
        int at = place(key(left, right));
        return keys[at] == EMPTY ? NONE : ranks[at];
    }

    /** The token that a merge results in. */
    int whole(int rank) {
        return wholes[rank];
    }

    private int place(long key) {
        long mixed = key * 0x9e3779b97f4a7c15L;
        int at = (int) (mixed >>> 32) & mask;
        while (keys[at] != EMPTY && keys[at] != key) {
            at = (at + 1) & mask;
        }
        return at;
    }

    private static long key(int left, int right) {
        return ((long) left << 32) | right;
    }
}
