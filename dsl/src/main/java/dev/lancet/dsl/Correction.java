package dev.lancet.dsl;

/**
 * Two narrow matrices that restore a part of what rounding lost (LQER, arXiv 2402.02446; EoRA, arXiv 2410.21271): {@code
 * W ≈ Q + A · B} with the rounded matrix Q, A {@code [rows, rank]} and B {@code [rank, columns]}. They are the best two
 * factors of {@code W − Q}. A training does not change them.
 *
 * @param rank the inner width; a matrix whose smaller side is below it gets a correction of that side
 * @param precision how A and B are stored: in int8 or bfloat16
 */
public record Correction(int rank, Precision precision) {

    public Correction {
        Check.that(rank > 0, "correction: rank %d; it must be at least 1", rank);
        boolean allowed =
                precision.format() == Precision.Format.INT8 || precision.format() == Precision.Format.BFLOAT16;
        Check.that(allowed, "correction: cannot be stored in %s; choose int8 or bfloat16", precision);
    }

    /** A correction of this rank, stored in int8 with one scale per column. */
    public static Correction correction(int rank) {
        return new Correction(rank, Precision.int8());
    }

    /** The same correction stored in another precision, int8 or bfloat16. */
    public Correction storedIn(Precision other) {
        return new Correction(rank, other);
    }

    /** The same correction with a rank of at most this. */
    public Correction atMost(int most) {
        return new Correction(Math.min(rank, most), precision);
    }

    /** The code that makes this value: {@code correction(16).storedIn(bfloat16)}. */
    @Override
    public String toString() {
        return "correction(" + rank + ")" + (precision.equals(Precision.int8()) ? "" : ".storedIn(" + precision + ")");
    }
}
