package dev.lancet.runtime.text;

import dev.lancet.dsl.LancetException;
import java.util.Random;

/**
 * The batches of a training. Each batch is a pure function of seed and step. The ids, document after document, are cut
 * into full windows that share no inputs. Each epoch visits all windows in its own order. So a resumed training
 * continues with exactly the next batch, and two models that are trained with the same seed see the same data.
 */
public final class Batches {

    private static final class Order {
        private final long epoch;
        private final int[] windows;

        Order(long epoch, int[] windows) {
            this.epoch = epoch;
            this.windows = windows;
        }
    }

    private final TokenIds ids;
    private final int batch;
    private final int sequence;
    private final long seed;
    private final int windows;
    // The order of the last requested epoch. It is cached, and computed again from the seed for another epoch.
    private volatile Order last;

    /**
     * Cuts ids into windows.
     *
     * @param ids the ids of the text
     * @param batch windows per step
     * @param sequence inputs per window
     * @param seed seed of the orders
     * @throws LancetException if the ids do not fill one window
     */
    public Batches(TokenIds ids, int batch, int sequence, long seed) {
        if (batch < 1 || sequence < 1) {
            throw new IllegalArgumentException(
                    "batches: " + batch + " sequences of " + sequence + "; both must be at least 1");
        }
        if (ids.size() <= sequence) {
            throw new LancetException("corpus: " + ids.size() + " ids do not fill one sequence of " + sequence
                    + " and its next id; use a longer text or a shorter sequence");
        }
        this.ids = ids;
        this.batch = batch;
        this.sequence = sequence;
        this.seed = seed;
        this.windows = Math.toIntExact((ids.size() - 1) / sequence);
        this.last = order(0);
    }

    /** Windows per epoch. */
    public int windows() {
        return windows;
    }

    /** Tokens that a step trains on. */
    public long tokensPerStep() {
        return (long) batch * sequence;
    }

    /**
     * The batch of a step, counted from 0.
     *
     * @return {@code [batch][sequence + 1]}: the inputs are all but the last of a row, the labels all but the first
     */
    public int[][] at(long step) {
        if (step < 0) {
            throw new IllegalArgumentException("step: " + step + "; steps count from 0");
        }
        int[][] rows = new int[batch][sequence + 1];
        for (int row = 0; row < batch; row++) {
            ids.read((long) window(step * batch + row) * sequence, rows[row], 0, sequence + 1);
        }
        return rows;
    }

    /** The window at a place in the endless sequence of epochs. */
    private int window(long place) {
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
