package dev.lancet.runtime.text.instruction;

import dev.lancet.runtime.text.EpochOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * The batches of a training on examples. Each batch is a pure function of seed and number, so a resumed training continues
 * with exactly the next one. Each epoch visits every sequence once, in its own order.
 *
 * <p>Weights are such that the mean over all places of a step, times the weights, is the mean loss of the answer tokens of
 * that step, however many examples its batches have.
 */
public final class ExampleBatches {

    private final List<List<EncodedExample>> rows;
    private final int batch;
    private final int sequence;
    private final int parts;
    private final EpochOrder order;

    /**
     * Batches of some sequences.
     *
     * @param rows the examples of each sequence
     * @param batch sequences per batch
     * @param sequence places per sequence
     * @param parts batches per step
     */
    ExampleBatches(List<List<EncodedExample>> rows, int batch, int sequence, int parts, long seed) {
        this.rows = rows;
        this.batch = batch;
        this.sequence = sequence;
        this.parts = parts;
        order = new EpochOrder(Math.max(1, rows.size()), seed);
    }

    /** The batch with this number, counted from 0: {@code parts} of them make a step. */
    public ExampleBatch at(long number) {
        long first = number / parts * parts;
        int answers = 0;
        for (int part = 0; part < parts; part++) {
            answers += ExampleBatch.answers(drawn(first + part));
        }
        return laidOut(drawn(number), (double) parts * batch * sequence / answers);
    }

    private List<List<EncodedExample>> drawn(long number) {
        List<List<EncodedExample>> drawn = new ArrayList<>();
        for (int row = 0; row < batch; row++) {
            drawn.add(rows.get(order.at(number * batch + row)));
        }
        return drawn;
    }

    /** The number of batches that hold each sequence once. */
    public int count() {
        return (rows.size() + batch - 1) / batch;
    }

    /** One of {@link #count} batches in the order of the sequences; empty sequences fill the last one. */
    public ExampleBatch inOrder(int number) {
        List<List<EncodedExample>> some = new ArrayList<>();
        for (int row = number * batch; row < (number + 1) * batch; row++) {
            some.add(row < rows.size() ? rows.get(row) : List.of());
        }
        return laidOut(some, (double) batch * sequence / ExampleBatch.answers(some));
    }

    private ExampleBatch laidOut(List<List<EncodedExample>> some, double weight) {
        return new ExampleBatch(some, sequence, weight);
    }
}
