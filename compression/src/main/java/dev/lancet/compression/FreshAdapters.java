package dev.lancet.compression;

import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.dsl.weights.WeightsInMemory;

/**
 * Adapters that have learnt nothing yet: A is normal with deviation {@code 1 / √(3 · inputs)}, that of the uniform numbers
 * which Hugging Face's PEFT draws; B is 0, so that a model computes what it did without them. They are a function of the names
 * of the weights and a seed.
 */
public final class FreshAdapters {

    private FreshAdapters() {}

    /** The arrays of all adapters of a plan. */
    public static Weights of(Plan plan, long seed) {
        WeightsInMemory arrays = new WeightsInMemory();
        plan.steps().forEach(step -> step.adapterMatrices()
                .forEach(matrix -> arrays.accept(AdapterConversion.fresh(step, matrix, seed))));
        return arrays;
    }
}
