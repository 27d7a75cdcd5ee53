package dev.lancet.surgery.imported;

import java.util.List;

/**
 * One place where a matrix is used.
 *
 * @param node the node that multiplies or looks up
 * @param op its operator
 * @param kind how the matrix is used there
 * @param rows rows of the matrix as it is stored, seen as a matrix
 * @param columns its columns
 * @param equation of an {@code Einsum}, otherwise empty
 * @param input which input of the node it is
 * @param contracted how many axes of the activations, the last ones, it is multiplied with
 * @param sizes the dimensions that the result has in the place of the matrix's outputs
 */
public record WeightUse(
        String node,
        String op,
        Kind kind,
        int rows,
        int columns,
        String equation,
        int input,
        int contracted,
        List<Long> sizes) {

    /** How a matrix W is used. */
    public enum Kind {
        /** {@code x · W}. */
        PRODUCT,
        /** {@code x · Wᵀ}. */
        TRANSPOSED,
        /** Rows of W. */
        LOOKUP
    }

    public WeightUse {
        sizes = List.copyOf(sizes);
    }

    @Override
    public String toString() {
        String how =
                switch (kind) {
                    case PRODUCT -> "x · W";
                    case TRANSPOSED -> "x · Wᵀ";
                    case LOOKUP -> "rows of W";
                };
        return node + " (" + op + (equation.isEmpty() ? "" : " " + equation) + ", " + how + ")";
    }
}
