package dev.lancet.runtime.text.bpe;

import java.util.PriorityQueue;

/**
 * Encodes a word of many bytes, for example a text without spaces or a line of dashes. It keeps the possible merges in
 * a priority queue, which takes n log n steps instead of n².
 */
final class LongWordMerger {

    /** A merge that may still be possible at a place. */
    private record Waiting(int rank, int place, int left, int right) implements Comparable<Waiting> {
        @Override
        public int compareTo(Waiting other) {
            int byRank = Integer.compare(rank, other.rank);
            return byRank != 0 ? byRank : Integer.compare(place, other.place);
        }
    }

    private static final int GONE = -1;

    private final MergeTable merges;
    private final int[] ids;
    private final int[] next;
    private final int[] previous;
    private final PriorityQueue<Waiting> queue = new PriorityQueue<>();

    LongWordMerger(MergeTable merges, int[] ids) {
        this.merges = merges;
        this.ids = ids;
        next = new int[ids.length];
        previous = new int[ids.length];
        for (int i = 0; i < ids.length; i++) {
            previous[i] = i - 1;
            next[i] = i + 1 < ids.length ? i + 1 : GONE;
        }
        for (int i = 0; i < ids.length; i++) {
            queue(i);
        }
    }

    int[] merged() {
        int size = ids.length;
        for (Waiting top = queue.poll(); top != null; top = queue.poll()) {
            int left = top.place;
            int right = next[left];
            if (ids[left] != top.left || right == GONE || ids[right] != top.right) {
                continue;
            }
            ids[left] = merges.whole(top.rank);
            ids[right] = GONE;
            next[left] = next[right];
            if (next[left] != GONE) {
                previous[next[left]] = left;
            }
            size--;
            queue(left);
            if (previous[left] != GONE) {
                queue(previous[left]);
            }
        }
        int[] result = new int[size];
        int at = 0;
        for (int i = 0; i != GONE; i = next[i]) {
            result[at++] = ids[i];
        }
        return result;
    }

    private void queue(int place) {
        int right = next[place];
        if (right != GONE) {
            int rank = merges.rank(ids[place], ids[right]);
            if (rank != MergeTable.NONE) {
                queue.add(new Waiting(rank, place, ids[place], ids[right]));
            }
        }
    }
}
