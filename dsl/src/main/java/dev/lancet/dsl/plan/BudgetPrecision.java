package dev.lancet.dsl.plan;

import dev.lancet.dsl.Budget;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Rank;
import dev.lancet.dsl.Selector;
import java.util.List;

/**
 * Chooses the bits from the sizes alone if a compression has a budget and no clauses, and no weights are at hand. Bits come
 * before ranks, because a trained checkpoint survives 8 and 4 bits and no cut in rank: the first of {@link #PRECISIONS} that
 * fits for every matrix; the last of them and lower ranks for the linear layers if none fits.
 */
final class BudgetPrecision {

    /** In the order of the errors that they make. */
    private static final List<Precision> PRECISIONS = List.of(
            Precision.bfloat16(),
            Precision.int8(),
            Precision.int4(32),
            Precision.int4(64),
            Precision.int4(64).doubleQuantized(),
            Precision.int4(128).doubleQuantized());

    private BudgetPrecision() {}

    /** The compression that the budget leads to for a model. */
    static Compression choose(Plan plan, Constraints constraints, Budget budget) {
        for (Precision precision : PRECISIONS) {
            Compression bits = Compression.keepAll().on(Selector.everything()).quantize(precision);
            if (fits(new Planner(plan, bits, Spectra.none(), constraints).plan(), budget)) {
                return bits;
            }
        }
        return ranks(budget, PRECISIONS.get(PRECISIONS.size() - 1));
    }

    private static boolean fits(Plan plan, Budget budget) {
        return plan.bytesAfter() <= budget.of(plan.bytesBefore());
    }

    private static Compression ranks(Budget budget, Precision precision) {
        return Compression.keepAll()
                .on(Selector.everything())
                .quantize(precision)
                .on(Selector.linears())
                .factorise(Rank.byBudget(), precision)
                .within(budget);
    }
}
