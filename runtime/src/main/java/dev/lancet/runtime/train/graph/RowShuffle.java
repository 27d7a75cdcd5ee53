package dev.lancet.runtime.train.graph;

import java.util.SplittableRandom;

/** Distributes rows over batches: all rows in a random order from a seed, then all rows in another order, and so on. */
public final class RowShuffle {

    private final int rows;
    private final int batch;
    private final long seed;

    RowShuffle(int rows, int batch, long seed) {
        this.rows = rows;
        this.batch = batch;
        this.seed = seed;
    }

    /** The rows of a step, counted from 0. */
    int[] at(int step) {
        int[] taken = new int[batch];
        long first = (long) step * batch;
        long drawn = -1;
        int[] order = {};
        for (int i = 0; i < batch; i++) {
            long epoch = (first + i) / rows;
            if (epoch != drawn) {
                order = order(epoch);
                drawn = epoch;
            }
            taken[i] = order[(int) ((first + i) % rows)];
        }
        return taken;
    }

    private int[] order(long epoch) {
        return order(rows, new SplittableRandom(seed * 1_000_003 + epoch));
    }

    /** The numbers from 0 to below a count, in a random order. */
    public static int[] order(int count, SplittableRandom random) {
        int[] order = new int[count];
        for (int i = 0; i < count; i++) {
            int at = random.nextInt(i + 1);
            order[i] = order[at];
            order[at] = i;
        }
        return order;
    }
}
