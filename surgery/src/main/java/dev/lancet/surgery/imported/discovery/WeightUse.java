package dev.lancet.surgery.imported.discovery;

import java.util.List;

/**
 * One use of a matrix.
 *
 * @param node the node that multiplies or looks up
 * @param op its operator
 * @param kind the kind of use
 * @param rows rows of the stored array, seen as a matrix
 * @param columns its columns
 * @param contraction the axes that are multiplied
 */
public record WeightUse(String node, String op, Kind kind, int rows, int columns, Contraction contraction) {

    /** The kind of use of a matrix W. */
    public enum Kind {
        /** {@code x · W}. */
        PRODUCT,
        /** {@code x · Wᵀ}. */
        TRANSPOSED,
        /** Lookup of rows of W. */
        LOOKUP
    }

    /**
     * The axes that a product multiplies; a lookup multiplies none.
     *
     * @param equation the equation of an {@code Einsum}, otherwise empty
     * @param input the index of the input that is the matrix
     * @param axes the number of last axes of the activations that are multiplied with the matrix
     * @param sizes the dimensions of the result in place of the matrix's outputs
     */
    public record Contraction(String equation, int input, int axes, List<Long> sizes) {
        public Contraction {
            sizes = List.copyOf(sizes);
        }

        /** A lookup of rows of this width. */
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
