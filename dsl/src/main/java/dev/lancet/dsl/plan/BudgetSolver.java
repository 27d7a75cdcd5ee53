package dev.lancet.dsl.plan;

import dev.lancet.dsl.Budget;
import dev.lancet.dsl.Compression.Clause;
import dev.lancet.dsl.Weight;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * Chooses the ranks for a budget. If all layers fit in one piece, they stay so. Otherwise, if the singular values are
 * known, each byte goes where it keeps the most energy ({@link GreedyRankAllocator}). If they are not known, all layers
 * keep the same share of their parameters ({@link EqualShareAllocator}). In both cases a larger budget never lowers the
 * rank of a layer.
 */
final class BudgetSolver {

    private final Plan whole;
    private final Function<Weight, Optional<Clause>> byBudget;
    private final Spectra spectra;

    /**
     * @param whole the plan in which every layer has its largest allowed form
     * @param byBudget the clause that leaves the rank of a weight to the budget, or empty
     */
    BudgetSolver(Plan whole, Function<Weight, Optional<Clause>> byBudget, Spectra spectra) {
        this.whole = whole;
        this.byBudget = byBudget;
        this.spectra = spectra;
    }

    Plan within(Budget budget) {
        List<RankChoices> layers = whole.steps().stream()
                .flatMap(step ->
                        byBudget.apply(step.weight()).map(clause -> new RankChoices(step, clause, spectra)).stream())
                .toList();
        long limit = budget.of(whole.bytesBefore());
        if (whole.bytesAfter() <= limit) {
            return with(layers.stream()
                    .map(layer -> layer.step(layer.forms(), "fits " + budget + ", " + RankChoices.IN_ONE_PIECE))
                    .toList());
        }
        long rest = whole.bytesAfter()
                - layers.stream().mapToLong(RankChoices::wholeBytes).sum();
        long smallest =
                rest + layers.stream().mapToLong(layer -> layer.bytes(1)).sum();
        if (smallest > limit) {
            throw outOfReach(budget, limit, smallest, layers);
        }
        return with(
                layers.stream().allMatch(RankChoices::measured)
                        ? GreedyRankAllocator.choose(layers, limit - rest, budget)
                        : EqualShareAllocator.choose(layers, limit - rest, budget));
    }

    private Plan with(List<Step> chosen) {
        List<Step> steps = new ArrayList<>(whole.steps());
        for (Step step : chosen) {
            steps.replaceAll(old -> old.weight().equals(step.weight()) ? step : old);
        }
        return whole.with(steps);
    }

    private BudgetUnreachableException outOfReach(Budget budget, long limit, long smallest, List<RankChoices> layers) {
        String largest = whole.steps().stream()
                .filter(step ->
                        layers.stream().noneMatch(layer -> layer.weight().equals(step.weight())))
                .max(Comparator.comparingLong(Step::bytes))
                .map(step -> String.format(
                        Locale.ROOT,
                        ", or let the budget also choose the rank of %s, which takes %,d bytes",
                        step.weight().name(),
                        step.bytes()))
                .orElse("");
        return new BudgetUnreachableException(String.format(
                Locale.ROOT,
                "budget: %s allows %s %,d bytes, but these rules need at least %,d; allow more, use fewer bits%s",
                budget,
                whole.model(),
                limit,
                smallest,
                largest));
    }
}
