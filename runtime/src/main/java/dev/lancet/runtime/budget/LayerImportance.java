package dev.lancet.runtime.budget;

import dev.lancet.dsl.Role;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.Weight;
import dev.lancet.runtime.source.DeclaredSource;
import dev.lancet.runtime.source.ModelSource;

/**
 * How much an error of one layer counts against that of another, from the declaration alone. The outputs of the two halves
 * of each of L blocks and of the embedding are summed up, so an error in one of them is one of {@code 2L + 1} shares of
 * what reaches the head. An error of the head reaches the logits whole and counts {@code 2L + 1} times as much; a tied table
 * counts as embedding and as head. In a graph whose declaration is not known, all layers count the same.
 */
final class LayerImportance {

    private LayerImportance() {}

    static double of(ModelSource source, Weight weight) {
        if (!(source instanceof DeclaredSource declared)) {
            return 1;
        }
        Transformer transformer = declared.transformer();
        double head = 2.0 * transformer.layers() + 1;
        if (weight.role() == Role.HEAD) {
            return head;
        }
        return weight.role() == Role.EMBEDDING && transformer.tiedHead() ? 1 + head : 1;
    }
}
