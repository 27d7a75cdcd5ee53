package dev.lancet.compression.svd;

import dev.lancet.compression.matrix.Matrix;

/** {@code W ≈ U · diag(σ) · Vᵀ} with orthonormal columns in U and V and descending σ. */
public final class Svd {

    private final Matrix u;
    private final double[] values;
    private final Matrix v;

    /**
     * A decomposition of a matrix {@code [m, n]}.
     *
     * @param u left singular vectors, {@code [m, k]}
     * @param values singular values, k of them
     * @param v right singular vectors, {@code [n, k]}, not transposed
     */
    public Svd(Matrix u, double[] values, Matrix v) {
        if (u.columns() != values.length || v.columns() != values.length) {
            throw new IllegalArgumentException("svd: " + values.length + " values for U " + u + " and V " + v);
        }
        this.u = u;
        this.values = values.clone();
        this.v = v;
    }

    /** Left singular vectors, {@code [m, k]}. */
    public Matrix u() {
        return u;
    }

    /** Singular values in descending order. */
    public double[] values() {
        return values.clone();
    }

    /** Right singular vectors, {@code [n, k]}. */
    public Matrix v() {
        return v;
    }

    /**
     * The best two factors of this rank (Eckart and Young, 1936), {@code [m, k]} and {@code [k, n]}, with the singular
     * values split evenly between them: {@code U√σ · √σVᵀ}. Each pair of vectors has two possible signs. The one that
     * makes the largest entry of the left vector positive is chosen, so that the factors do not depend on the
     * implementation.
     */
    Factors factors() {
        int rank = values.length;
        float[] root = new float[rank];
        float[] largest = largest();
        for (int k = 0; k < rank; k++) {
            root[k] = (float) (Math.sqrt(values[k]) * (largest[k] < 0 ? -1 : 1));
        }
        float[] left = new float[u.values().length];
        for (int i = 0; i < left.length; i++) {
            left[i] = root[i % rank] * u.values()[i];
        }
        float[] right = new float[v.values().length];
        for (int j = 0; j < v.rows(); j++) {
            for (int k = 0; k < rank; k++) {
                right[k * v.rows() + j] = root[k] * v.at(j, k);
            }
        }
        return new Factors(Matrix.of(u.rows(), rank, left), Matrix.of(rank, v.rows(), right));
    }

    /** The entry of the largest magnitude of each left vector; of several, the first. */
    private float[] largest() {
        float[] largest = new float[values.length];
        for (int i = 0; i < u.rows(); i++) {
            for (int k = 0; k < largest.length; k++) {
                if (Math.abs(u.at(i, k)) > Math.abs(largest[k])) {
                    largest[k] = u.at(i, k);
                }
            }
        }
        return largest;
    }
}
