package dev.lancet.compression.calibration;

import java.util.Map;
import java.util.Optional;

/** The Gram matrices of the inputs of a model's layers. */
@FunctionalInterface
public interface Grams {

    /** The Gram matrix of a layer's inputs, or empty if none was measured, as for a table that is only looked up. */
    Optional<Gram> of(String weight);

    /** No calibration. */
    static Grams none() {
        return weight -> Optional.empty();
    }

    /** Gram matrices in memory, by the names of the weights. */
    static Grams of(Map<String, Gram> known) {
        Map<String, Gram> copy = Map.copyOf(known);
        return weight -> Optional.ofNullable(copy.get(weight));
    }
}
