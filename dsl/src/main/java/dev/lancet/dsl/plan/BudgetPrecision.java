package dev.lancet.dsl.plan;

import dev.lancet.dsl.Budget;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Rank;
import dev.lancet.dsl.Selector;
import java.util.List;

/**
 * Chooses the bits if a compression has a budget and no clauses. Bits come before ranks, because a trained checkpoint survives
 * 8 and 4 bits and no cut in rank: 8 bits for every matrix; 4 bits if 8 do not fit the budget; 4 bits and lower ranks for the
 * linear layers if 4 do not fit it either.
 */
final class BudgetPrecision {

    private static final int GROUP = 32;

    private BudgetPrecision() {}

    /** The compression that the budget leads to for a model. */
    static Compression choose(Plan plan, Constraints constraints, Budget budget) {
        for (Precision precision : List.of(Precision.int8(), Precision.int4(GROUP))) {
            Compression bits = Compression.keepAll().on(Selector.everything()).quantize(precision);
            if (fits(new Planner(plan, bits, Spectra.none(), constraints).plan(), budget)) {
                return bits;
            }
        }
        return ranks(budget, Precision.int4(GROUP));
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
