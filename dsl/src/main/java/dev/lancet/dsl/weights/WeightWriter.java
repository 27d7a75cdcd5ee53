package dev.lancet.dsl.weights;

/**
 * Writes the arrays of a model one at a time. The output appears complete or not at all: a writer that is closed before
 * {@link #finish} leaves nothing behind.
 */
public interface WeightWriter extends WeightSink, AutoCloseable {

    /**
     * Completes the output and makes it appear at its path.
     *
     * @throws dev.lancet.dsl.LancetException if the output cannot be written, or an array is missing
     */
    void finish();

    @Override
    void close();
}
