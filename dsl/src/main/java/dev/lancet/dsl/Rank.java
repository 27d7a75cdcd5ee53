package dev.lancet.dsl;

import java.util.function.Function;

/** How the inner width of two factors is chosen. */
public sealed interface Rank {

    /** What the one of the four functions says that fits; there is no fifth. */
    <T> T match(
            Function<Fixed, T> fixed,
            Function<Ratio, T> ratio,
            Function<Energy, T> energy,
            Function<ByBudget, T> byBudget);

    /**
     * A given rank.
     *
     * @param value columns of the left factor
     * @param larger whether factors that are no smaller than the matrix are wanted all the same; a rank that
     *     reaches the smaller side then leaves the layer dense
     */
    record Fixed(int value, boolean larger) implements Rank {
        public Fixed {
            Check.that(value > 0, "rank: %d; it must be at least 1", value);
        }

        /** The same rank, also where factors are larger than the matrix. */
        public Fixed allowLarger() {
            return new Fixed(value, true);
        }

        @Override
        public <T> T match(
                Function<Fixed, T> fixed,
                Function<Ratio, T> ratio,
                Function<Energy, T> energy,
                Function<ByBudget, T> byBudget) {
            return fixed.apply(this);
        }

        @Override
        public String toString() {
            return "rank(" + value + ")" + (larger ? ".allowLarger()" : "");
        }
    }

    /**
     * The largest rank whose factors hold at most this share of the matrix's parameters.
     *
     * @param share between 0 and 1
     */
    record Ratio(double share) implements Rank {
        public Ratio {
            Check.that(share > 0 && share < 1, "ratio: %s; it must lie between 0 and 1, both excluded", share);
        }

        @Override
        public <T> T match(
                Function<Fixed, T> fixed,
                Function<Ratio, T> ratio,
                Function<Energy, T> energy,
                Function<ByBudget, T> byBudget) {
            return ratio.apply(this);
        }

        @Override
        public String toString() {
            return "ratio(" + share + ")";
        }
    }

    /**
     * The smallest rank whose squared singular values hold at least this share of their sum. Needs the weights.
     *
     * @param share between 0 and 1
     */
    record Energy(double share) implements Rank {
        public Energy {
            Check.that(share > 0 && share < 1, "energy: %s; it must lie between 0 and 1, both excluded", share);
        }

        @Override
        public <T> T match(
                Function<Fixed, T> fixed,
                Function<Ratio, T> ratio,
                Function<Energy, T> energy,
                Function<ByBudget, T> byBudget) {
            return energy.apply(this);
        }

        @Override
        public String toString() {
            return "energy(" + share + ")";
        }
    }

    /**
     * Whatever the compression's {@link Budget} leaves room for: never past break-even, and in one piece where that fits.
     *
     * @param tables whether tables are factored too; if not, they stay in one piece
     */
    record ByBudget(boolean tables) implements Rank {

        /** The same choice, for tables too. */
        public ByBudget withTables() {
            return new ByBudget(true);
        }

        /** Whether the rank of this weight is the budget's to choose. */
        public boolean chooses(Weight weight) {
            return tables || !weight.role().table();
        }

        @Override
        public <T> T match(
                Function<Fixed, T> fixed,
                Function<Ratio, T> ratio,
                Function<Energy, T> energy,
                Function<ByBudget, T> byBudget) {
            return byBudget.apply(this);
        }

        @Override
        public String toString() {
            return "byBudget()" + (tables ? ".withTables()" : "");
        }
    }

    /** The given rank, an error where it does not make the layer smaller. */
    static Fixed rank(int value) {
        return new Fixed(value, false);
    }

    /** The largest rank whose factors hold at most {@code share} of the matrix's parameters. */
    static Rank ratio(double share) {
        return new Ratio(share);
    }

    /** The smallest rank that keeps {@code share} of the squared singular values. */
    static Rank energy(double share) {
        return new Energy(share);
    }

    /** The rank for which the compression's budget leaves room; see {@link Compression#within}. */
    static ByBudget byBudget() {
        return new ByBudget(false);
    }
}
