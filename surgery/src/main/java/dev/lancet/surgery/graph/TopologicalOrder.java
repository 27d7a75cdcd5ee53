package dev.lancet.surgery.graph;

import dev.lancet.dsl.LancetException;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.IntFunction;

/** Kahn's algorithm (1962), smallest index first: stable, and without a recursion that could overflow on a deep graph. */
final class TopologicalOrder {

    private TopologicalOrder() {}

    /** Indices in order; {@code before.get(i)} are those that must precede {@code i}. */
    static int[] of(List<int[]> before, IntFunction<String> name) {
        int count = before.size();
        int[] open = new int[count];
        List<List<Integer>> after = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            after.add(new ArrayList<>(2));
        }
        PriorityQueue<Integer> ready = new PriorityQueue<>();
        for (int i = 0; i < count; i++) {
            open[i] = before.get(i).length;
            for (int earlier : before.get(i)) {
                after.get(earlier).add(i);
            }
            if (open[i] == 0) {
                ready.add(i);
            }
        }
        int[] order = new int[count];
        int placed = 0;
        while (!ready.isEmpty()) {
            int next = ready.remove();
            order[placed++] = next;
            for (int later : after.get(next)) {
                if (--open[later] == 0) {
                    ready.add(later);
                }
            }
        }
        if (placed < count) {
            throw new LancetException("graph: " + name.apply(onCircle(before, open)) + " depends on itself");
        }
        return order;
    }

    /** Follows unplaced predecessors backwards until one repeats: that one is on a cycle. */
    private static int onCircle(List<int[]> before, int[] open) {
        int at = 0;
        while (open[at] == 0) {
            at++;
        }
        boolean[] seen = new boolean[open.length];
        while (!seen[at]) {
            seen[at] = true;
            for (int earlier : before.get(at)) {
                if (open[earlier] > 0) {
                    at = earlier;
                    break;
                }
            }
        }
        return at;
    }
}
