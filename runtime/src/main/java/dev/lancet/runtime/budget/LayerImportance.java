package dev.lancet.runtime.budget;

import dev.lancet.dsl.Role;
import dev.lancet.dsl.Weight;
import dev.lancet.runtime.source.DeclaredSource;
import dev.lancet.runtime.source.ModelSource;

/**
 * How much an error of one layer counts against that of another, from the declaration alone. The outputs of all layers are
 * summed up on their way to the head, so an error in one of them is a small share of what reaches it; an error of the head
 * reaches the predictions whole. So the head of a language model, or the tied table that is its head, counts as much as all
 * other linear layers together. In a graph, whose declaration is not known, all layers count the same.
 */
final class LayerImportance {

    private LayerImportance() {}

    static double of(ModelSource source, Weight weight) {
        if (!(source instanceof DeclaredSource declared)
                || !declared.transformer().scoresTokens()) {
            return 1;
        }
        boolean head = weight.role() == Role.HEAD
                || (weight.role() == Role.EMBEDDING && declared.transformer().tiedHead());
        return head
                ? source.plan().steps().stream()
                        .filter(step ->
                                step.weight().role().linear() && step.weight().role() != Role.HEAD)
                        .count()
                : 1;
    }
}
