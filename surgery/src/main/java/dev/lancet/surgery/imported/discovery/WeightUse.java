package dev.lancet.surgery.imported.discovery;

import java.util.List;

/**
 * One place where a matrix is used.
 *
 * @param node the node that multiplies or looks up
 * @param op its operator
 * @param kind how the matrix is used there
 * @param rows rows of the matrix as it is stored, seen as a matrix
 * @param columns its columns
 * @param contraction which axes are multiplied
 */
public record WeightUse(String node, String op, Kind kind, int rows, int columns, Contraction contraction) {

    /** How a matrix W is used. */
    public enum Kind {
        /** {@code x · W}. */
        PRODUCT,
        /** {@code x · Wᵀ}. */
        TRANSPOSED,
        /** Rows of W. */
        LOOKUP
    }

    /**
     * Which axes a product multiplies; a lookup multiplies none.
     *
     * @param equation of an {@code Einsum}, otherwise empty
     * @param input which input of the node the matrix is
     * @param axes how many axes of the activations, the last ones, the matrix is multiplied with
     * @param sizes the dimensions that the result has in the place of the matrix's outputs
     */
    public record Contraction(String equation, int input, int axes, List<Long> sizes) {
        public Contraction {
            sizes = List.copyOf(sizes);
        }

        /** Rows of this width are looked up. */
        static Contraction none(long width) {
            return new Contraction("", 0, 0, List.of(width));
        }
    }

    @Override
    public String toString() {
        String how =
                switch (kind) {
                    case PRODUCT -> "x · W";
                    case TRANSPOSED -> "x · Wᵀ";
                    case LOOKUP -> "rows of W";
                };
        return node + " (" + op + (contraction.equation().isEmpty() ? "" : " " + contraction.equation()) + ", " + how
                + ")";
    }
}
