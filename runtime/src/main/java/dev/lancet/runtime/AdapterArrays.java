package dev.lancet.runtime;

import dev.lancet.compression.Compressor;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.dsl.weights.WeightsInMemory;
import dev.lancet.runtime.algebra.GramAlgebra;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The arrays of a model that gets adapters. */
final class AdapterArrays {

    private AdapterArrays() {}

    /**
     * The model's arrays with those of untrained adapters, and with the matrices that lose their principal components to
     * them.
     *
     * @param before the plan of the model
     * @param adapted the same plan with adapters
     * @param weights the model's arrays
     */
    static Weights untrained(Plan before, Plan adapted, Weights weights) {
        List<Step> into = adapted.steps().stream()
                .filter(step -> step.adapter().isPresent())
                .toList();
        List<Step> from =
                into.stream().map(step -> before.step(step.weight().name())).toList();
        Set<String> unchanged = new HashSet<>();
        for (Step step : into) {
            if (!step.adapter().orElseThrow().startsFromPrincipal()) {
                step.baseMatrices().forEach(matrix -> addNames(matrix, unchanged));
                step.correctionMatrices().forEach(matrix -> addNames(matrix, unchanged));
            }
        }
        WeightsInMemory arrays = new WeightsInMemory();
        new Compressor(new GramAlgebra())
                .compress(
                        new Plan(before.model(), from, List.of()),
                        new Plan(before.model(), into, List.of()),
                        weights,
                        tensor -> {
                            if (!unchanged.contains(tensor.name())) {
                                arrays.accept(tensor.copy());
                            }
                        });
        return arrays.with(weights);
    }

    private static void addNames(StoredMatrix matrix, Set<String> names) {
        matrix.arrays().forEach(array -> names.add(array.name()));
    }
}
