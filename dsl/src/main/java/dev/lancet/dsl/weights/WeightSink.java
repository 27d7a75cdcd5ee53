package dev.lancet.dsl.weights;

/** Receives the arrays of a model one at a time, for example to keep them in memory or write them to a file. */
@FunctionalInterface
public interface WeightSink {

    /** Receives one array. Its content is valid only until this method returns. */
    void accept(HostTensor tensor);
}
