package dev.lancet.dsl.plan;

import dev.lancet.dsl.Budget;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.Rank;
import dev.lancet.dsl.Selector;

/**
 * Chooses the bits where a compression names a budget and nothing else: 8 bits for every matrix, or 4 where 8 do not reach
 * the budget. In both cases the budget also chooses ranks for the linear layers where bits alone do not suffice.
 */
final class BudgetPrecision {

    private static final int GROUP = 32;

    private BudgetPrecision() {}

    /** The compression that the budget means for a model. */
    static Compression choose(Plan plan, Constraints constraints, Budget budget) {
        Compression eightBits = within(budget, Precision.int8());
        try {
            new Planner(plan, eightBits, Spectra.none(), constraints).plan();
            return eightBits;
        } catch (BudgetUnreachableException unreachable) {
            return within(budget, Precision.int4(GROUP));
        }
    }

    private static Compression within(Budget budget, Precision precision) {
        return Compression.keepAll()
                .on(Selector.everything())
                .quantize(precision)
                .on(Selector.linears())
                .factorise(Rank.byBudget(), precision)
                .within(budget);
    }
}
