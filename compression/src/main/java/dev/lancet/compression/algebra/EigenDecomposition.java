package dev.lancet.compression.algebra;

/** The eigenvalues and eigenvectors of a symmetric matrix {@code [n, n]}. */
public final class EigenDecomposition {

    private final double[] values;
    private final double[] vectors;

    /**
     * Eigenvalues with their vectors; not copied.
     *
     * @param values {@code [n]}, in ascending order
     * @param vectors {@code [n, n]} in row-major order; row i is the unit vector of value i
     */
    public EigenDecomposition(double[] values, double[] vectors) {
        this.values = values;
        this.vectors = vectors;
    }

    /** {@code [n]}, in ascending order, shared. */
    public double[] values() {
        return values;
    }

    /** {@code [n, n]} in row-major order, shared; row i is the unit vector of value i. */
    public double[] vectors() {
        return vectors;
    }
}
