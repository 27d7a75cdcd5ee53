package dev.lancet.dsl.weights;

/**
 * Takes the arrays of a model one at a time and writes them to a place of its own, whole or not at all: a writer that is
 * closed before it has finished leaves nothing behind.
 */
public interface WeightWriter extends WeightSink, AutoCloseable {

    /**
     * Lets what was written appear in its place.
     *
     * @throws dev.lancet.dsl.LancetException if it cannot be written, or an array is missing
     */
    void finish();

    @Override
    void close();
}
