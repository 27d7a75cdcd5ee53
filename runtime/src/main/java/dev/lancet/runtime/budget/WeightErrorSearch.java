package dev.lancet.runtime.budget;

import dev.lancet.dsl.Budget;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.io.Progress;
import dev.lancet.runtime.source.ModelSource;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * Chooses forms within a budget from the weights alone, where there is no calibration. It minimises the sum over the layers
 * of the squared relative error {@code ‖W − Ŵ‖² / ‖W‖²}, in which the head of a language model counts more, see {@link
 * LayerImportance}. An error of a layer's output is about as large as that of its matrix if its inputs have no preferred
 * direction, and errors of different layers add up in their squares. A lower rank is considered only if no precision of
 * the matrices in one piece fits.
 *
 * <p>This does not tell what the model loses. {@link BudgetSearch} measures it, and needs data for that.
 */
public final class WeightErrorSearch {

    /** What a user has to know about a plan that is chosen so. */
    public static final String NOTE =
            "forms chosen by the errors of the weights alone, which do not tell what the model's"
                    + " outputs lose; give data with --calibrate FILE to choose by what they lose";

    private WeightErrorSearch() {}

    /**
     * The plan with the least sum of errors, among the choices of a form for each layer and all uniform settings that fit.
     *
     * @param base the plan in which the layers that the budget does not choose have their final form
     * @throws dev.lancet.dsl.plan.BudgetUnreachableException if even the smallest forms exceed the budget; {@link
     *     FreeLayers#requireReachable} knows before anything is measured
     */
    public static Plan within(ModelSource source, Compression compression, Plan base, Progress progress) {
        Budget budget = compression.budget().orElseThrow();
        FreeLayers layers = FreeLayers.of(source, FreeLayers.of(compression));
        boolean ranks = layers.leastBytes(base, false) > budget.of(base.bytesBefore());
        BudgetPlans plans = new BudgetPlans(
                budget,
                base,
                new WeightErrorMeasurement(source, layers, ranks).measure(progress),
                "weighted squared error");
        return Stream.concat(Stream.of(plans.chosen()), plans.uniform().stream())
                .min(Comparator.comparingDouble(BudgetPlans.Predicted::loss))
                .orElseThrow()
                .plan();
    }
}
