package dev.lancet.runtime.train;

import dev.lancet.dsl.Weight;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.plan.StoredMatrix;
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
     * 16-bit arrays. If there are adapters or weights that are trained whole, only these.
     */
    public List<ArraySpec> trainable() {
        List<ArraySpec> trainable = new ArrayList<>();
        plan.steps().forEach(step -> trained(step).forEach(matrix -> trainable.addAll(matrix.arrays())));
        vectors().forEach(vector -> trainable.add(floats(vector)));
        twins.forEach(step -> trainable.add(floats(step.weight())));
        return trainable;
    }

    /** The trained matrices of a step. */
    List<StoredMatrix> trained(Step step) {
        boolean whole = !plan.freezes() || plan.trainsWhole(step.weight());
        List<StoredMatrix> trained = new ArrayList<>();
        if (whole) {
            trained.addAll(step.baseMatrices());
            trained.addAll(step.correctionMatrices());
            trained.removeIf(matrix -> matrix.precision().narrow());
        }
        trained.addAll(step.adapterMatrices());
        return trained;
    }

    /** The trained vectors. */
    List<Weight> vectors() {
        return plan.vectors().stream()
                .filter(vector -> !plan.freezes() || plan.trainsWhole(vector))
                .toList();
    }

    /** Whether some adapters lose a part of their inputs in a training step. */
    boolean drops() {
        return plan.steps().stream().flatMap(step -> step.adapter().stream()).anyMatch(adapter -> adapter.dropout()
                .isPresent());
    }

    private static ArraySpec floats(Weight weight) {
        return new ArraySpec(weight.name(), ArraySpec.Type.FLOAT32, weight.shape());
    }
}
