package dev.lancet.surgery.imported;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.Selector;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Spectra;
import dev.lancet.dsl.plan.Step;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Decides what becomes of the layers of a foreign model, some of which cannot be cut. */
final class GraphPlanner {

    private GraphPlanner() {}

    static Plan plan(ImportedModel model, Compression compression, Spectra spectra) {
        Set<String> stuck = model.layers().stream()
                .filter(layer -> !layer.treatable())
                .map(layer -> layer.weight().name())
                .collect(Collectors.toSet());
        // A budget must not count on what cannot be cut, so its solver sees such layers kept.
        Compression possible = stuck.isEmpty()
                ? compression
                : compression
                        .on(Selector.matching("what cannot be cut", weight -> stuck.contains(weight.name())))
                        .keep();
        Plan decided = model.plan().then(possible, spectra);
        for (Layer layer : model.layers()) {
            if (!layer.treatable()) {
                String wanted = compression
                        .decisive(layer.weight())
                        .filter(clause -> !clause.treatment().keeps())
                        .map(clause -> "; so not " + clause)
                        .orElse("");
                decided = decided.with(Step.keep(layer.weight(), layer.hindrance() + wanted));
            }
        }
        for (CompressedMatrix pair : model.compressed()) {
            for (GraphVariable factor : pair.arrays()) {
                Optional<Step> again = decided.steps().stream()
                        .filter(step -> step.weight().name().equals(factor.name())
                                && step.rank().isPresent())
                        .findFirst();
                if (again.isPresent()) {
                    decided = decided.with(Step.keep(
                            again.get().weight(),
                            "it is a factor of " + pair.name() + "; so not "
                                    + again.get().because()));
                }
            }
        }
        return decided;
    }
}
