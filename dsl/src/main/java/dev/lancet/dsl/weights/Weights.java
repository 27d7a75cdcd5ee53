package dev.lancet.dsl.weights;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The arrays of a model, read one at a time: in memory, or in files that are somebody else's to close. */
public interface Weights {

    /** What there is, in the order of the file. */
    List<ArraySpec> arrays();

    /**
     * The content of one array. It may be a view of a file and lives as long as that file is open.
     *
     * @throws LancetException if there is none of this name; the message lists those near it
     */
    HostTensor read(String name);

    /**
     * Hands over the content of one array in parts, in order, each there only until the call returns: what lies in a file then
     * goes through a small buffer, while pages of a mapped file count as memory of the process until the collector finds them.
     *
     * @throws LancetException if there is none of this name
     */
    default void readInParts(String name, Consumer<ByteBuffer> parts) {
        parts.accept(read(name).bytes());
    }

    /** The description of one array, or empty if there is none of this name. */
    default Optional<ArraySpec> find(String name) {
        return arrays().stream().filter(array -> array.name().equals(name)).findFirst();
    }

    /** Bytes of all arrays. */
    default long bytes() {
        return arrays().stream().mapToLong(ArraySpec::bytes).sum();
    }

    /**
     * Checks that everything that a plan needs is there in the right type and shape. What else is there does not matter.
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

    /** The failure to report where an array is not there. */
    default LancetException missing(String name) {
        List<String> names = arrays().stream().map(ArraySpec::name).toList();
        return new LancetException("weights: no '" + name + "'; near it: " + Plan.nearMisses(name, names));
    }

    /** Hands everything over, one array at a time, in order. */
    default void copyTo(WeightSink sink) {
        arrays().forEach(array -> sink.accept(read(array.name())));
    }

    /** These arrays and others beside them, none of them copied; where both have an array of one name, it is this one's. */
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
