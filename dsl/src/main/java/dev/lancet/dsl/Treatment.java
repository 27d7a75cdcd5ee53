package dev.lancet.dsl;

import java.util.Optional;

/**
 * What is done to one weight: an optional rank, with or without a nonlinearity between the factors, times a precision, times
 * an optional adapter.
 *
 * @param rank how the inner width is chosen; empty keeps the matrix in one piece
 * @param precision how the matrix, or each of its factors, is stored
 * @param between what stands between the factors; empty where a product of matrices is wanted
 * @param adapter what is trained beside it, which is then all that is trained; empty for none. An adapter alone, without rank
 *     and bits, leaves the weight stored as it is
 */
public record Treatment(
        Optional<Rank> rank, Precision precision, Optional<Nonlinearity> between, Optional<Adapter> adapter) {

    public Treatment {
        Check.that(
                rank.isPresent() || between.isEmpty(),
                "%s: it stands between two factors, but no rank is given; say factorise(rank(64), silu())",
                between.map(Nonlinearity::toString).orElse(""));
        Check.that(
                adapter.isEmpty()
                        || rank.filter(Rank.ByBudget.class::isInstance).isEmpty(),
                "%s: a budget counts no adapter; compress first, then adapt what came of it",
                adapter.map(Adapter::toString).orElse(""));
    }

    /** A rank times a precision, without an adapter. */
    public Treatment(Optional<Rank> rank, Precision precision, Optional<Nonlinearity> between) {
        this(rank, precision, between, Optional.empty());
    }

    /** A rank times a precision. */
    public Treatment(Optional<Rank> rank, Precision precision) {
        this(rank, precision, Optional.empty());
    }

    /** Leaves a weight as it is. */
    public static Treatment keep() {
        return new Treatment(Optional.empty(), Precision.float32());
    }

    /** The same with an adapter beside it. */
    public Treatment with(Adapter beside) {
        return new Treatment(rank, precision, between, Optional.of(beside));
    }

    /** Whether nothing is done. */
    public boolean keeps() {
        return storesAlike() && adapter.isEmpty();
    }

    /** Whether the weight stays stored as it is. */
    public boolean storesAlike() {
        return rank.isEmpty() && !precision.narrow();
    }

    @Override
    public String toString() {
        if (keeps()) {
            return "keep()";
        }
        if (storesAlike()) {
            return "adapt(" + adapter.orElseThrow() + ")";
        }
        String beside = adapter.map(some -> ", " + some).orElse("") + ")";
        if (rank.isEmpty()) {
            return "quantize(" + precision + beside;
        }
        return "factorise(" + rank.get() + between.map(curve -> ", " + curve).orElse("")
                + (precision.narrow() ? ", " + precision : "") + beside;
    }
}
