package dev.lancet.compression.calibration;

import java.util.Map;
import java.util.Optional;

/** The Gram matrices of the inputs of a model's layers. */
@FunctionalInterface
public interface GramMatrices {

    /** The Gram matrix of a layer's inputs, or empty if none was measured, as for a table that is only looked up. */
    Optional<GramMatrix> of(String weight);

    /** No calibration. */
    static GramMatrices none() {
        return weight -> Optional.empty();
    }

    /** Gram matrices in memory, by the names of the weights. */
    static GramMatrices of(Map<String, GramMatrix> known) {
        Map<String, GramMatrix> copy = Map.copyOf(known);
        return weight -> Optional.ofNullable(copy.get(weight));
    }
}
