package dev.lancet.dsl.plan;

import java.util.Map;

/**
 * What a plan must not do to some weights of a model, whatever a compression says. A declared model has no constraints. A
 * graph has them where no rule can rewrite a layer, and for matrices that were compressed before.
 *
 * @param fixed weights that stay stored as they are: the reason by the weight's name
 * @param unfactored weights that may be quantised but get no rank: the reason by the weight's name
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

    /** Whether a weight may get a rank. */
    public boolean allowsRank(String weight) {
        return !fixed.containsKey(weight) && !unfactored.containsKey(weight);
    }
}
