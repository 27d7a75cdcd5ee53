package dev.lancet.runtime.text.bpe;

import java.util.Arrays;

/**
 * Encodes a word of many bytes, for example a text without spaces or a line of dashes. It keeps the possible merges in
 * a heap, which takes n log n steps instead of n². The heap holds plain numbers, the rank of a merge above its place, since
 * objects for a megabyte of text would take most of the time.
 */
final class LongWordMerger {

    private static final int GONE = -1;

    private final MergeTable merges;
    private final int[] ids;
    private final int[] next;
    private final int[] previous;
    private long[] heap;
    private int size;

    LongWordMerger(MergeTable merges, int[] ids) {
        this.merges = merges;
        this.ids = ids;
        next = new int[ids.length];
        previous = new int[ids.length];
        heap = new long[Math.max(16, ids.length)];
        for (int i = 0; i < ids.length; i++) {
            previous[i] = i - 1;
            next[i] = i + 1 < ids.length ? i + 1 : GONE;
        }
        for (int i = 0; i < ids.length; i++) {
            queue(i);
        }
    }

    int[] merged() {
        int tokens = ids.length;
        while (size > 0) {
            long top = poll();
            int rank = (int) (top >>> 32);
            int left = (int) top;
            // A merge of this place may have been done since, and another pair may stand here.
            if (ids[left] == GONE || rank(left) != rank) {
                continue;
            }
            int right = next[left];
            ids[left] = merges.whole(rank);
            ids[right] = GONE;
            next[left] = next[right];
            if (next[left] != GONE) {
                previous[next[left]] = left;
            }
            tokens--;
            queue(left);
            if (previous[left] != GONE) {
                queue(previous[left]);
            }
        }
        int[] result = new int[tokens];
        int at = 0;
        for (int i = 0; i != GONE; i = next[i]) {
            result[at++] = ids[i];
        }
        return result;
    }

    /** The rank of the pair that begins at a place, or {@link MergeTable#NONE}. */
    private int rank(int place) {
        int right = next[place];
        return right == GONE ? MergeTable.NONE : merges.rank(ids[place], ids[right]);
    }

    private void queue(int place) {
        int rank = rank(place);
        if (rank == MergeTable.NONE) {
            return;
        }
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, 2 * size);
        }
        long added = (long) rank << 32 | place;
        int at = size++;
        for (int above = (at - 1) >> 1; at > 0 && heap[above] > added; above = (at - 1) >> 1) {
            heap[at] = heap[above];
            at = above;
        }
        heap[at] = added;
    }

    private long poll() {
        long top = heap[0];
        long last = heap[--size];
        int at = 0;
        for (int below = 1; below < size; below = 2 * at + 1) {
            if (below + 1 < size && heap[below + 1] < heap[below]) {
                below++;
            }
            if (heap[below] >= last) {
                break;
            }
            heap[at] = heap[below];
            at = below;
        }
        heap[at] = last;
        return top;
    }
}
