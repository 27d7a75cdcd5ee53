package dev.lancet.runtime.train;

import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.recipe.Training;
import java.util.ArrayList;
import java.util.List;

/**
 * The form of a model during some training steps: as its plan says, or with dense twins in addition to its factors.
 *
 * @param plan the form in which its weights are stored
 * @param twins the steps of the plan whose layers have a dense twin
 */
public record TrainingForm(Plan plan, List<Step> twins) {

    public TrainingForm {
        twins = List.copyOf(twins);
    }

    /** The form that the plan says. */
    public static TrainingForm of(Plan plan) {
        return new TrainingForm(plan, List.of());
    }

    /** The form at a step, counted from 0. */
    static TrainingForm at(int step, Plan plan, Training training) {
        return training.guidance()
                .filter(guidance -> step < guidance.steps(training.steps()))
                .map(guidance -> new TrainingForm(plan, guidance.twins(plan)))
                .orElse(TrainingForm.of(plan));
    }

    /** Whether some layers have dense twins. */
    boolean guided() {
        return !twins.isEmpty();
    }

    /**
     * The trained arrays: float32 matrices, their factors, and the vectors, then the dense twins; never codes, scales or
     * 16-bit arrays. If there are adapters, only the adapters.
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
