package dev.lancet.runtime.text;

import dev.lancet.dsl.LancetException;

/**
 * The batches of a training. Each batch is a pure function of seed and step. The ids, document after document, are cut
 * into full windows that share no inputs. Each epoch visits all windows in its own order. So a resumed training
 * continues with exactly the next batch, and two models that are trained with the same seed see the same data.
 */
public final class Batches {

    private final TokenIds ids;
    private final int batch;
    private final int sequence;
    private final EpochOrder order;

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
        this.order = new EpochOrder(Math.toIntExact((ids.size() - 1) / sequence), seed);
    }

    /** Windows per epoch. */
    public int windows() {
        return order.windows();
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
        return at(step, 0, batch);
    }

    /**
     * Some rows of the batch of a step, without reading the others.
     *
     * @param first the first row, counted from 0
     * @param count the number of rows
     * @return {@code [count][sequence + 1]}
     */
    public int[][] at(long step, int first, int count) {
        if (step < 0) {
            throw new IllegalArgumentException("step: " + step + "; steps count from 0");
        }
        if (first < 0 || count < 1 || first + count > batch) {
            throw new IllegalArgumentException(
                    "rows: " + count + " from row " + first + " on; a batch has " + batch + " rows");
        }
        int[][] rows = new int[count][sequence + 1];
        for (int row = 0; row < count; row++) {
            ids.read((long) order.at(step * batch + first + row) * sequence, rows[row], 0, sequence + 1);
        }
        return rows;
    }
}
