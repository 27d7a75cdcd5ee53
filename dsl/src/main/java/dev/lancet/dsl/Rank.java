package dev.lancet.dsl;

import java.util.function.Function;

/** How to choose the rank of two factors, which is their inner width. */
public sealed interface Rank {

    /** Applies the function for this kind of rank. There are exactly four kinds. */
    <T> T match(
            Function<Fixed, T> fixed,
            Function<Ratio, T> ratio,
            Function<Energy, T> energy,
            Function<ByBudget, T> byBudget);

    /**
     * A fixed rank.
     *
     * @param value columns of the left factor
     * @param larger whether to accept factors that are not smaller than the matrix; a rank that reaches the smaller
     *     side of the matrix then keeps the layer dense
     */
    record Fixed(int value, boolean larger) implements Rank {
        public Fixed {
            Check.that(value > 0, "rank: %d; it must be at least 1", value);
        }

        /** The same rank, even if the factors are not smaller than the matrix. */
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
     * The largest rank whose two factors have at most this share of the matrix's parameters.
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
     * The smallest rank whose squared singular values make up at least this share of their sum. Needs the weights.
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
     * The rank that the {@link Budget} of the compression chooses. It is always below break-even. If the whole matrix
     * fits, it stays dense.
     *
     * @param tables whether embedding tables are factorized too
     */
    record ByBudget(boolean tables) implements Rank {

        /** The same choice, for embedding tables too. */
        public ByBudget withTables() {
            return new ByBudget(true);
        }

        /** Whether the budget chooses the rank of this weight. */
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

    /** A fixed rank; planning fails if it does not make the layer smaller. */
    static Fixed rank(int value) {
        return new Fixed(value, false);
    }

    /** The largest rank whose two factors have at most {@code share} of the matrix's parameters. */
    static Rank ratio(double share) {
        return new Ratio(share);
    }

    /** The smallest rank that keeps {@code share} of the sum of squared singular values. */
    static Rank energy(double share) {
        return new Energy(share);
    }

    /** The rank that the budget of the compression chooses; see {@link Compression#within}. */
    static ByBudget byBudget() {
        return new ByBudget(false);
    }
}
