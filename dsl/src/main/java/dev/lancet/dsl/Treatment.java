package dev.lancet.dsl;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What to do with one weight: an optional rank, an optional nonlinearity between the factors, a precision, an optional
 * adapter, and an optional correction.
 *
 * @param rank how to choose the rank of the factors; empty keeps the matrix in one piece
 * @param precision how to store the matrix, or each of its factors
 * @param between the nonlinearity between the factors; empty for a plain product
 * @param adapter the adapter to train beside the weight; empty for none. With an adapter, only adapters are trained. An
 *     adapter without rank and bits leaves the stored weight unchanged
 * @param correction the correction of what the rounding loses; empty for none. Only for a weight in one piece in 8 or 4
 *     bits
 * @param truncation how factors are computed; if empty, whitened with calibration and plain without
 * @param rounding how codes are computed; if empty, by GPTQ with calibration and to nearest without
 * @param trained whether the weight itself is trained beside the adapters of others; it is then stored in float32
 */
public record Treatment(
        Optional<Rank> rank,
        Precision precision,
        Optional<Nonlinearity> between,
        Optional<Adapter> adapter,
        Optional<Correction> correction,
        Optional<CompressionMethod> truncation,
        Optional<CompressionMethod> rounding,
        boolean trained) {

    public Treatment {
        Check.that(
                !trained || (rank.isEmpty() && !precision.narrow() && adapter.isEmpty() && correction.isEmpty()),
                "train(): the weight itself is trained, in float32 and without an adapter; leave out %s",
                adapter.map(Adapter::toString).orElse("rank and bits"));
        Check.that(
                truncation.filter(method -> !method.truncates()).isEmpty()
                        && rounding.filter(CompressionMethod::truncates).isEmpty(),
                "%s, %s: the first must compute factors, the second codes",
                truncation.map(CompressionMethod::toString).orElse("usual"),
                rounding.map(CompressionMethod::toString).orElse("usual"));
        for (CompressionMethod method : both(truncation, rounding)) {
            Check.that(
                    method.truncates() ? rank.isPresent() : precision.quantized(),
                    "%s: %s; leave it out",
                    method,
                    method.truncates()
                            ? "computes factors, but no rank is given"
                            : "computes codes, but the precision is " + precision);
        }
        Check.that(
                rank.isPresent() || between.isEmpty(),
                "%s: needs two factors, but no rank is given; write factorise(rank(64), silu())",
                between.map(Nonlinearity::toString).orElse(""));
        Check.that(
                adapter.isEmpty()
                        || rank.filter(Rank.ByBudget.class::isInstance).isEmpty(),
                "%s: a budget does not count adapters; compress first, then add adapters to the result",
                adapter.map(Adapter::toString).orElse(""));
        Check.that(
                correction.isEmpty() || rank.isEmpty(),
                "%s: corrects a matrix in one piece, but a rank is given; leave out one of them",
                correction.map(Correction::toString).orElse(""));
        Check.that(
                correction.isEmpty() || precision.quantized(),
                "%s: corrects what rounding to 8 or 4 bits loses, but the precision is %s; choose int8, int4(32) or"
                        + " nf4(32)",
                correction.map(Correction::toString).orElse(""),
                precision);
        Check.that(
                between.isEmpty() || adapter.filter(Treatment::needsMatrix).isEmpty(),
                "%s: needs one matrix, but %s stands between the factors; use lora without pissa() and dora()",
                adapter.map(Adapter::toString).orElse(""),
                between.map(Nonlinearity::toString).orElse(""));
        checkStart(rank, precision, adapter, correction);
    }

    private static boolean needsMatrix(Adapter adapter) {
        return adapter.decomposed() || adapter.startsFromPrincipal();
    }

    private static void checkStart(
            Optional<Rank> rank, Precision precision, Optional<Adapter> adapter, Optional<Correction> correction) {
        adapter.filter(Adapter::startsFromLoss).ifPresent(some -> {
            Check.that(
                    rank.isEmpty() && precision.quantized(),
                    "%s: begins with what rounding loses, so it needs a matrix in one piece in 8 or 4 bits; write"
                            + " quantize(nf4(64), %s), or leave out loftq()",
                    some,
                    some);
            Check.that(
                    correction.isEmpty(),
                    "%s: %s restores the same loss already; leave out one of them",
                    some,
                    correction.map(Correction::toString).orElse(""));
        });
    }

    /** A treatment without a correction. */
    public Treatment(
            Optional<Rank> rank, Precision precision, Optional<Nonlinearity> between, Optional<Adapter> adapter) {
        this(rank, precision, between, adapter, Optional.empty(), Optional.empty(), Optional.empty(), false);
    }

    /** A rank times a precision, without an adapter. */
    public Treatment(Optional<Rank> rank, Precision precision, Optional<Nonlinearity> between) {
        this(rank, precision, between, Optional.empty());
    }

    /** A rank times a precision. */
    public Treatment(Optional<Rank> rank, Precision precision) {
        this(rank, precision, Optional.empty());
    }

    /** Leaves a weight unchanged. */
    public static Treatment keep() {
        return new Treatment(Optional.empty(), Precision.float32());
    }

    /** Trains a weight as a whole, in float32, while others are frozen. */
    public static Treatment train() {
        return new Treatment(
                Optional.empty(),
                Precision.float32(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                true);
    }

    /** The same treatment with an adapter. */
    public Treatment with(Adapter beside) {
        return new Treatment(rank, precision, between, Optional.of(beside), correction, truncation, rounding, trained);
    }

    /** The same treatment with a correction. */
    public Treatment with(Correction restored) {
        return new Treatment(rank, precision, between, adapter, Optional.of(restored), truncation, rounding, trained);
    }

    /** The same treatment with these methods in place of the usual ones: at most one for the factors, and one for the codes. */
    public Treatment by(CompressionMethod... chosen) {
        Optional<CompressionMethod> factors = Optional.empty();
        Optional<CompressionMethod> codes = Optional.empty();
        for (CompressionMethod method : chosen) {
            Check.that(
                    (method.truncates() ? factors : codes).isEmpty(),
                    "%s: at most one method can compute the factors, and one the codes",
                    List.of(chosen));
            factors = method.truncates() ? Optional.of(method) : factors;
            codes = method.truncates() ? codes : Optional.of(method);
        }
        return new Treatment(rank, precision, between, adapter, correction, factors, codes, trained);
    }

    /** The methods that are given: at most one for the factors, then at most one for the codes. */
    public List<CompressionMethod> methods() {
        return both(truncation, rounding);
    }

    private static List<CompressionMethod> both(
            Optional<CompressionMethod> factors, Optional<CompressionMethod> codes) {
        return Stream.concat(factors.stream(), codes.stream()).toList();
    }

    /** Whether this changes nothing. */
    public boolean keeps() {
        return storesAlike() && adapter.isEmpty() && !trained;
    }

    /** Whether the stored weight stays unchanged. */
    public boolean storesAlike() {
        return rank.isEmpty() && !precision.narrow();
    }

    @Override
    public String toString() {
        if (keeps()) {
            return "keep()";
        }
        if (trained) {
            return "train()";
        }
        if (storesAlike()) {
            return "adapt(" + adapter.orElseThrow() + ")";
        }
        String how = methods().stream().map(method -> ", " + method).collect(Collectors.joining());
        String beside = adapter.map(some -> ", " + some).orElse("") + how + ")";
        if (rank.isEmpty()) {
            return "quantize(" + precision + correction.map(some -> ", " + some).orElse("") + beside;
        }
        return "factorise(" + rank.get() + between.map(curve -> ", " + curve).orElse("")
                + (precision.narrow() ? ", " + precision : "") + beside;
    }
}
