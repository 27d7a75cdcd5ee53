package dev.lancet.dsl.weights;

/** Takes the arrays of a model one at a time: into memory, into a file. */
@FunctionalInterface
public interface WeightSink {

    /** Takes one array; its content is only sure to be there until this returns. */
    void accept(HostTensor tensor);
}
