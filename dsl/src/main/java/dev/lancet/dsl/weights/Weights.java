package dev.lancet.dsl.weights;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The arrays of a model, read one at a time, from memory or from files. The owner of the files closes them. */
public interface Weights {

    /** The descriptions of all arrays, in the order of the file. */
    List<ArraySpec> arrays();

    /**
     * One array with its content, which may be a view of a file and is valid while that file is open.
     *
     * @throws LancetException if no array has this name; the message lists similar names
     */
    HostTensor read(String name);

    /**
     * A copy of the floats of one float32 array in row-major order. A source that converts its arrays makes no other copy.
     *
     * @throws LancetException if no array has this name
     */
    default float[] readFloats(String name) {
        return read(name).floats();
    }

    /**
     * Passes the bytes of one array to a consumer in consecutive parts. Each part is valid only during its call. An
     * array in a file then goes through a small buffer, whereas a mapped file counts as memory of the process until
     * garbage collection.
     *
     * @throws LancetException if no array has this name
     */
    default void readInParts(String name, Consumer<ByteBuffer> parts) {
        parts.accept(read(name).bytes());
    }

    /** The description of one array, or empty if no array has this name. */
    default Optional<ArraySpec> find(String name) {
        return arrays().stream().filter(array -> array.name().equals(name)).findFirst();
    }

    /** Bytes of all arrays together. */
    default long bytes() {
        return arrays().stream().mapToLong(ArraySpec::bytes).sum();
    }

    /**
     * Checks that every array that a plan needs exists with the right type and shape. Additional arrays are allowed.
     *
     * @throws LancetException naming the first array that is missing or does not fit
     */
    default void require(Plan plan) {
        for (ArraySpec wanted : plan.arrays()) {
            ArraySpec found = find(wanted.name()).orElseThrow(() -> missing(wanted.name()));
            if (!found.equals(wanted)) {
                throw new LancetException("weights: found " + found + " where " + plan.model() + " needs " + wanted);
            }
        }
    }

    /** The error for an array that does not exist. */
    default LancetException missing(String name) {
        List<String> names = arrays().stream().map(ArraySpec::name).toList();
        return new LancetException("weights: no '" + name + "'; near it: " + Plan.nearMisses(name, names));
    }

    /** Passes all arrays to a sink, one at a time, in order. */
    default void copyTo(WeightSink sink) {
        arrays().forEach(array -> sink.accept(read(array.name())));
    }

    /** These arrays together with others, without copies. If both have an array of one name, this one's is used. */
    default Weights with(Weights more) {
        return new JoinedWeights(this, more);
    }

    /** Weights in memory. */
    static Weights of(List<HostTensor> tensors) {
        WeightsInMemory weights = new WeightsInMemory();
        tensors.forEach(weights::accept);
        return weights;
    }
}
