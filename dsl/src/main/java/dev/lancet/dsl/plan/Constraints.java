package dev.lancet.dsl.plan;

import java.util.Map;

/**
 * Weights of a model that a plan must not change, or not factorize, whatever a compression asks for. A declared model
 * has no constraints. A graph has them for layers that no rule can rewrite, and for matrices that are already
 * compressed.
 *
 * @param fixed weights that stay unchanged: the reason by the weight's name
 * @param unfactored weights that may be quantized but not factorized: the reason by the weight's name
 */
public record Constraints(Map<String, String> fixed, Map<String, String> unfactored) {

    private static final Constraints NONE = new Constraints(Map.of(), Map.of());

    public Constraints {
        fixed = Map.copyOf(fixed);
        unfactored = Map.copyOf(unfactored);
    }

    /** No constraints. */
    public static Constraints none() {
        return NONE;
    }

    /** Whether a weight may be factorized. */
    public boolean allowsRank(String weight) {
        return !fixed.containsKey(weight) && !unfactored.containsKey(weight);
    }
}
