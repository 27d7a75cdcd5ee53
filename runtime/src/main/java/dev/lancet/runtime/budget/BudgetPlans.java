package dev.lancet.runtime.budget;

import dev.lancet.dsl.Budget;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.plan.KnapsackAllocator;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.plan.StorageOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The plans within a budget that are worth comparing: the choice with the least predicted loss, and the uniform settings.
 *
 * @param base the plan in which the other layers have their final form
 * @param layers what every form of every layer costs that the budget chooses
 * @param predicted what the predicted losses are, in words
 */
record BudgetPlans(Budget budget, Plan base, List<MeasuredLayer> layers, String predicted) {

    BudgetPlans {
        layers = List.copyOf(layers);
    }

    /**
     * A plan with its predicted loss.
     *
     * @param setting {@code chosen}, or the precision of a uniform setting
     */
    record Predicted(String setting, Plan plan, double loss) {}

    /**
     * The choice of forms with the least predicted loss.
     *
     * @throws dev.lancet.dsl.plan.BudgetUnreachableException if even the smallest forms exceed the budget
     */
    Predicted chosen() {
        List<List<StorageOption>> forms =
                layers.stream().map(MeasuredLayer::forms).toList();
        long rest = base.bytesAfter()
                - layers.stream()
                        .mapToLong(layer -> base.step(layer.weight()).bytes())
                        .sum();
        List<StorageOption> chosen = KnapsackAllocator.choose(forms, limit() - rest)
                .orElseThrow(() -> FreeLayers.unreachable(budget, base, rest + KnapsackAllocator.least(forms)));
        return of("chosen", chosen);
    }

    /** Every uniform setting that fits, one precision for all layers; the least predicted loss first. */
    List<Predicted> uniform() {
        List<Predicted> fitting = new ArrayList<>();
        for (Precision precision : StorageCandidates.PRECISIONS) {
            Predicted plan = of("uniform " + precision, uniform(precision));
            if (plan.plan().bytesAfter() <= limit()) {
                fitting.add(plan);
            }
        }
        fitting.sort(Comparator.comparingDouble(Predicted::loss));
        return fitting;
    }

    private long limit() {
        return budget.of(base.bytesBefore());
    }

    private List<StorageOption> uniform(Precision precision) {
        return layers.stream()
                .map(layer -> layer.forms().stream()
                        .filter(form -> form.step().rank().isEmpty()
                                && form.step().correction().isEmpty()
                                && form.step().precision().equals(precision))
                        .findFirst())
                .flatMap(Optional::stream)
                .toList();
    }

    private Predicted of(String setting, List<StorageOption> forms) {
        Map<String, Step> byName = new LinkedHashMap<>();
        double loss = 0;
        for (StorageOption form : forms) {
            loss += form.loss();
            String because = String.format(
                    Locale.ROOT, "budget %s: %s, %s %.2g", budget, form.step().because(), predicted, form.loss());
            byName.put(form.step().weight().name(), form.step().explained(because));
        }
        Plan plan = new Plan(
                base.model(),
                base.steps().stream()
                        .map(step -> Objects.requireNonNullElse(
                                byName.get(step.weight().name()), step))
                        .toList(),
                base.vectors());
        return new Predicted(setting, plan, loss);
    }
}
