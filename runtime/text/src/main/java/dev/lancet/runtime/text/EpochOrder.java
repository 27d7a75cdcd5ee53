package dev.lancet.runtime.text;

import java.util.Random;

/**
 * The endless sequence of epochs: each epoch visits all windows in its own order, which depends only on the seed and the
 * number of the epoch.
 */
public final class EpochOrder {

    private static final class Order {
        private final long epoch;
        private final int[] windows;

        Order(long epoch, int[] windows) {
            this.epoch = epoch;
            this.windows = windows;
        }
    }

    private final int windows;
    private final long seed;
    // The order of the last requested epoch. It is cached, and computed again from the seed for another epoch.
    private volatile Order last;

    public EpochOrder(int windows, long seed) {
        this.windows = windows;
        this.seed = seed;
        last = order(0);
    }

    /** Windows per epoch. */
    public int windows() {
        return windows;
    }

    /** The window at a place, counted from 0. */
    public int at(long place) {
        long epoch = place / windows;
        Order order = last;
        if (order.epoch != epoch) {
            order = order(epoch);
            last = order;
        }
        return order.windows[(int) (place % windows)];
    }

    /** A Fisher-Yates shuffle with {@link Random}, whose numbers are the same on every Java. */
    private Order order(long epoch) {
        int[] order = new int[windows];
        Random random = new Random(seed * 0x9e3779b97f4a7c15L + epoch);
        for (int i = 0; i < windows; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return new Order(epoch, order);
    }
}
