package dev.lancet.dsl.plan;

import java.util.List;

/**
 * The weights that are trained themselves while all others are frozen or have adapters.
 *
 * @param names the names of matrices and vectors, in the model's order
 */
public record FullyTrainedWeights(List<String> names) {

    public FullyTrainedWeights {
        names = List.copyOf(names);
    }
}
