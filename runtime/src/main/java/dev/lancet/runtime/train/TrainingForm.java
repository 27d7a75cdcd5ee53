package dev.lancet.runtime.train;

import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.recipe.Training;
import java.util.ArrayList;
import java.util.List;

/**
 * In which form a model is trained over some of its steps: as its plan says, or with dense twins beside its factors.
 *
 * @param plan in which form its weights are stored
 * @param twins the steps of the plan whose layers have a twin
 */
public record TrainingForm(Plan plan, List<Step> twins) {

    public TrainingForm {
        twins = List.copyOf(twins);
    }

    /** As the plan says. */
    public static TrainingForm of(Plan plan) {
        return new TrainingForm(plan, List.of());
    }

    /** That of a step, counted from 0. */
    static TrainingForm at(int step, Plan plan, Training training) {
        return training.guidance()
                .filter(guidance -> step < guidance.steps(training.steps()))
                .map(guidance -> new TrainingForm(plan, guidance.twins(plan)))
                .orElse(TrainingForm.of(plan));
    }

    /** Whether there are twins. */
    boolean guided() {
        return !twins.isEmpty();
    }

    /**
     * The arrays that are trained: float32 matrices, their factors, and the vectors, then the twins; no codes, no scales, nothing
     * in 16 bits. Where there are adapters, they alone.
     */
    public List<ArraySpec> trainable() {
        List<ArraySpec> trainable = new ArrayList<>();
        if (plan.adapted()) {
            plan.steps().forEach(step -> step.adapterMatrices().forEach(matrix -> trainable.addAll(matrix.arrays())));
            return trainable;
        }
        plan.steps().forEach(step -> step.matrices().stream()
                .filter(matrix -> !matrix.precision().narrow())
                .forEach(matrix -> trainable.addAll(matrix.arrays())));
        plan.vectors().forEach(vector -> trainable.add(floats(vector)));
        twins.forEach(step -> trainable.add(floats(step.weight())));
        return trainable;
    }

    private static ArraySpec floats(Weight weight) {
        return new ArraySpec(weight.name(), ArraySpec.Type.FLOAT32, weight.shape());
    }
}
