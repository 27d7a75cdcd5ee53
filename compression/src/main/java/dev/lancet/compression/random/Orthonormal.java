package dev.lancet.compression.random;

import dev.lancet.compression.matrix.Matrix;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Random orthonormal vectors: normal numbers that two rounds of Cholesky QR make orthonormal (Yamamoto et al., 2015). The
 * algorithm works through slices that fit into a cache. Two rounds are exact to rounding for any normal matrix with a
 * condition number below 10⁸; a square matrix of side n has about n.
 */
public final class Orthonormal {

    private static final int SLICE = 512;

    private Orthonormal() {}

    /** A matrix {@code [rows, columns]}, columns ≤ rows, with orthogonal columns of this length. */
    public static Matrix columns(Normals normals, int rows, int columns, float length) {
        double[][] vectors = vectors(normals, columns, rows);
        float[] values = new float[Math.multiplyExact(rows, columns)];
        for (int k = 0; k < columns; k++) {
            for (int i = 0; i < rows; i++) {
                values[i * columns + k] = (float) (length * vectors[k][i]);
            }
        }
        return Matrix.of(rows, columns, values);
    }

    /** A matrix {@code [rows, columns]}, rows ≤ columns, with orthogonal rows of this length. */
    public static Matrix rows(Normals normals, int rows, int columns, float length) {
        double[][] vectors = vectors(normals, rows, columns);
        float[] values = new float[Math.multiplyExact(rows, columns)];
        for (int k = 0; k < rows; k++) {
            for (int j = 0; j < columns; j++) {
                values[k * columns + j] = (float) (length * vectors[k][j]);
            }
        }
        return Matrix.of(rows, columns, values);
    }

    private static double[][] vectors(Normals normals, int count, int length) {
        if (count > length) {
            throw new IllegalArgumentException("orthonormal: " + count + " vectors of length " + length);
        }
        double[][] vectors = new double[count][length];
        for (double[] vector : vectors) {
            Arrays.setAll(vector, i -> normals.next());
        }
        for (int round = 0; round < 2; round++) {
            solve(cholesky(gram(vectors)), vectors);
        }
        return vectors;
    }

    /** The lower half of X · Xᵀ. Each entry is summed in the same order, whatever the threads do. */
    private static double[][] gram(double[][] x) {
        double[][] gram = new double[x.length][];
        IntStream.range(0, x.length).forEach(i -> gram[i] = new double[i + 1]);
        for (int from = 0; from < x[0].length; from += SLICE) {
            int first = from;
            int end = Math.min(x[0].length, from + SLICE);
            IntStream.range(0, x.length).parallel().forEach(i -> {
                for (int j = 0; j <= i; j++) {
                    gram[i][j] += dot(x[i], x[j], first, end);
                }
            });
        }
        return gram;
    }

    private static double dot(double[] a, double[] b, int from, int end) {
        double even = 0;
        double odd = 0;
        double third = 0;
        double fourth = 0;
        int i = from;
        for (; i + 3 < end; i += 4) {
            even += a[i] * b[i];
            odd += a[i + 1] * b[i + 1];
            third += a[i + 2] * b[i + 2];
            fourth += a[i + 3] * b[i + 3];
        }
        for (; i < end; i++) {
            even += a[i] * b[i];
        }
        return even + odd + (third + fourth);
    }

    /** L with L · Lᵀ = A, in place. */
    private static double[][] cholesky(double[][] a) {
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < i; j++) {
                a[i][j] = (a[i][j] - dot(a[i], a[j], 0, j)) / a[j][j];
            }
            a[i][i] = Math.sqrt(a[i][i] - dot(a[i], a[i], 0, i));
        }
        return a;
    }

    /** Replaces X by L⁻¹ · X. */
    private static void solve(double[][] lower, double[][] x) {
        int slices = (x[0].length + SLICE - 1) / SLICE;
        IntStream.range(0, slices).parallel().forEach(slice -> {
            int first = slice * SLICE;
            int end = Math.min(x[0].length, first + SLICE);
            for (int i = 0; i < x.length; i++) {
                double[] row = x[i];
                for (int j = 0; j < i; j++) {
                    subtract(row, lower[i][j], x[j], first, end);
                }
                double diagonal = lower[i][i];
                for (int k = first; k < end; k++) {
                    row[k] /= diagonal;
                }
            }
        });
    }

    private static void subtract(double[] from, double factor, double[] vector, int first, int end) {
        for (int k = first; k < end; k++) {
            from[k] -= factor * vector[k];
        }
    }
}
