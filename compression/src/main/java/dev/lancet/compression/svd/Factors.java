package dev.lancet.compression.svd;

import dev.lancet.compression.matrix.Matrix;

/**
 * Two narrow matrices whose product approximates a wide one.
 *
 * @param left {@code [m, rank]}
 * @param right {@code [rank, n]}
 */
public record Factors(Matrix left, Matrix right) {

    public Factors {
        if (left.columns() != right.rows()) {
            throw new IllegalArgumentException("factors: " + left + " and " + right
                    + " do not match: the columns of the first must equal the rows of the second");
        }
    }

    /** The inner width. */
    public int rank() {
        return left.columns();
    }
}
