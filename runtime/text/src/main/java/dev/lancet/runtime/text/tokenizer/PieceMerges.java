package dev.lancet.runtime.text.tokenizer;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * Joins neighbouring pieces, the best pair first, in O(n log n). The pieces form a linked list, and a priority queue
 * holds the pairs. A pair whose pieces have changed since it was queued is skipped.
 */
final class PieceMerges {

    private record Pair(float score, int left, int right, int leftId, int rightId, int joined) {}

    private static final Comparator<Pair> BEST_THEN_LEFTMOST =
            Comparator.comparingDouble((Pair pair) -> -pair.score()).thenComparingInt(Pair::left);

    private final Llama2Vocabulary pieces;
    private final Map<String, Integer> ids;
    private final PriorityQueue<Pair> queue = new PriorityQueue<>(BEST_THEN_LEFTMOST);
    private int[] list;
    private int size;

    PieceMerges(Llama2Vocabulary pieces, Map<String, Integer> ids, int expected) {
        this.pieces = pieces;
        this.ids = ids;
        this.list = new int[expected];
    }

    void add(int id) {
        if (size == list.length) {
            list = Arrays.copyOf(list, 2 * size);
        }
        list[size++] = id;
    }

    int[] run() {
        int[] previous = new int[size];
        int[] next = new int[size];
        for (int i = 0; i < size; i++) {
            previous[i] = i - 1;
            next[i] = i + 1;
        }
        for (int i = 0; i + 1 < size; i++) {
            offer(i, i + 1);
        }
        for (Pair pair = queue.poll(); pair != null; pair = queue.poll()) {
            int left = pair.left();
            int right = pair.right();
            if (list[left] != pair.leftId() || list[right] != pair.rightId() || next[left] != right) {
                continue;
            }
            list[left] = pair.joined();
            list[right] = -1;
            next[left] = next[right];
            if (next[left] < size) {
                previous[next[left]] = left;
                offer(left, next[left]);
            }
            if (previous[left] >= 0) {
                offer(previous[left], left);
            }
        }
        return Arrays.stream(list, 0, size).filter(id -> id >= 0).toArray();
    }

    private void offer(int left, int right) {
        Integer joined = ids.get(pieces.text(list[left]) + pieces.text(list[right]));
        if (joined != null) {
            queue.add(new Pair(pieces.score(joined), left, right, list[left], list[right], joined));
        }
    }
}
