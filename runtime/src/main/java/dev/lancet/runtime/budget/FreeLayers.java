package dev.lancet.runtime.budget;

import dev.lancet.dsl.Budget;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.Rank;
import dev.lancet.dsl.plan.BudgetUnreachableException;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.runtime.source.ModelSource;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/** The layers of a model whose form a budget chooses: those that no clause selects, unless they are compressed already. */
public final class FreeLayers {

    private final ModelSource source;
    private final List<Step> steps;

    private FreeLayers(ModelSource source, List<Step> steps) {
        this.source = source;
        this.steps = List.copyOf(steps);
    }

    /** Whether the budget of a compression chooses forms: if no clause asks it for ranks instead. */
    public static boolean chosenBy(Compression compression) {
        return compression.budget().isPresent()
                && compression.clauses().stream().noneMatch(clause -> clause.treatment()
                        .rank()
                        .filter(Rank.ByBudget.class::isInstance)
                        .isPresent());
    }

    /** Those that no clause of a compression selects. */
    public static Predicate<Step> of(Compression compression) {
        return step -> compression.decisive(step.weight()).isEmpty();
    }

    /** Those of a model among the wanted ones. */
    public static FreeLayers of(ModelSource source, Predicate<Step> wanted) {
        return new FreeLayers(
                source,
                source.plan().steps().stream()
                        .filter(step -> step.keeps()
                                && wanted.test(step)
                                && !source.constraints()
                                        .fixed()
                                        .containsKey(step.weight().name()))
                        .toList());
    }

    /** The layers as they are. */
    List<Step> steps() {
        return steps;
    }

    /** The forms that a layer can have. */
    List<Step> forms(Step layer) {
        return StorageCandidates.of(
                layer, source.constraints().allowsRank(layer.weight().name()));
    }

    /**
     * Checks a budget from the sizes alone, before anything is measured.
     *
     * @param base the plan in which the other layers have their final form
     * @throws BudgetUnreachableException if even the smallest forms exceed the budget
     */
    public void requireReachable(Budget budget, Plan base) {
        long least = leastBytes(base, true);
        if (least > budget.of(base.bytesBefore())) {
            throw unreachable(budget, base, least);
        }
    }

    /** The bytes of the model with the smallest forms, with or without lower ranks among them. */
    long leastBytes(Plan base, boolean ranks) {
        long least = base.bytesAfter();
        for (Step layer : steps) {
            long smallest = forms(layer).stream()
                    .filter(form -> ranks || form.rank().isEmpty())
                    .mapToLong(Step::bytes)
                    .min()
                    .orElse(layer.bytes());
            least += smallest - base.step(layer.weight().name()).bytes();
        }
        return least;
    }

    static BudgetUnreachableException unreachable(Budget budget, Plan base, long least) {
        return new BudgetUnreachableException(String.format(
                Locale.ROOT,
                "budget: %s allows %s %,d bytes, but its smallest forms take %,d; allow more, or let the budget choose"
                        + " more layers",
                budget,
                base.model(),
                budget.of(base.bytesBefore()),
                least));
    }
}
