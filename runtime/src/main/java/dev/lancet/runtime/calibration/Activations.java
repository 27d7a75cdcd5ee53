package dev.lancet.runtime.calibration;

import dev.lancet.runtime.train.graph.Examples;
import dev.lancet.surgery.BlueprintParts;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a declared model computes on some rows, from part to part. Rows run in batches of about as many tokens as are efficient. */
final class Activations implements AutoCloseable {

    private final Examples rows;
    private final int batch;
    private final HiddenStates states;
    private boolean begun;

    private Activations(Examples rows, int batch, HiddenStates states) {
        this.rows = rows;
        this.batch = batch;
        this.states = states;
    }

    /**
     * Before the first part.
     *
     * @param tokens about how many tokens run together
     * @param width of the model
     */
    static Activations of(Examples rows, int tokens, int width) {
        int batch = Math.max(1, tokens / rows.longestRow());
        int floats = Math.multiplyExact(Math.multiplyExact(batch, rows.longestRow()), width);
        return new Activations(rows, batch, HiddenStates.of(batches(rows, batch), floats));
    }

    /** Receives the tensors of a batch. */
    @FunctionalInterface
    interface BatchReader {
        /**
         * Receives a batch.
         *
         * @param some its rows
         * @param first the number of the first of them
         */
        void read(List<float[]> values, Examples some, int first);
    }

    /** Runs all batches through a part, and reads some of its tensors. */
    void read(RunningPart part, List<String> tensors, BatchReader reader) {
        pass(part, tensors, false, reader);
    }

    /** The same; the next part then takes what this part gives. */
    void advance(RunningPart part, List<String> tensors, BatchReader reader) {
        pass(part, tensors, true, reader);
        begun = true;
    }

    private void pass(RunningPart part, List<String> tensors, boolean advances, BatchReader reader) {
        List<String> fetched = new ArrayList<>(tensors);
        if (advances) {
            fetched.add(BlueprintParts.NEXT);
        }
        for (int i = 0; i < batches(); i++) {
            List<float[]> values = run(part, i, fetched);
            reader.read(values, rows(i), i * batch);
            if (advances) {
                states.write(i, values.get(values.size() - 1));
            }
        }
    }

    /** The number of batches. */
    int batches() {
        return batches(rows, batch);
    }

    private static int batches(Examples rows, int batch) {
        return (rows.count() + batch - 1) / batch;
    }

    /** The rows of a batch. */
    Examples rows(int index) {
        return rows.between(index * batch, Math.min(rows.count(), (index + 1) * batch));
    }

    /** Runs one batch through a part. */
    List<float[]> run(RunningPart part, int index, List<String> tensors) {
        return part.run(rows(index), begun ? Optional.of(states.read(index)) : Optional.empty(), tensors);
    }

    @Override
    public void close() {
        states.close();
    }
}
