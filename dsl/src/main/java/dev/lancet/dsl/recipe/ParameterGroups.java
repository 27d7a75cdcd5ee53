package dev.lancet.dsl.recipe;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Weight;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Looks up the rate and decay of a weight: the last group that sets them applies, otherwise the optimizer does. */
final class ParameterGroups {

    private final Optimizer optimizer;
    private final List<ParameterGroup> groups;

    ParameterGroups(Optimizer optimizer, List<ParameterGroup> groups) {
        this.optimizer = optimizer;
        this.groups = groups;
    }

    double times(Weight weight) {
        double times = last(weight, group -> group.rate().isPresent())
                .map(group -> group.rate().orElseThrow())
                .orElse(1.0);
        return optimizer.rate(weight) / optimizer.rate() * times;
    }

    double decay(Weight weight) {
        return last(weight, group -> group.decay().isPresent())
                .map(group -> group.decay().orElseThrow())
                .orElseGet(() -> optimizer.decay(weight));
    }

    boolean decaysProduct(Weight weight) {
        return last(weight, group -> group.decay().isPresent())
                .map(ParameterGroup::product)
                .orElse(false);
    }

    private Optional<ParameterGroup> last(Weight weight, Predicate<ParameterGroup> speaks) {
        return groups.stream()
                .filter(group -> speaks.test(group) && group.selector().selects(weight))
                .reduce((before, after) -> after);
    }

    void check(String model, List<Weight> weights) {
        for (ParameterGroup group : groups) {
            if (weights.stream().noneMatch(group.selector()::selects)) {
                throw new LancetException("training: " + group.toString().substring(1) + " selects nothing in " + model
                        + "; select weights that the model has");
            }
        }
    }
}
