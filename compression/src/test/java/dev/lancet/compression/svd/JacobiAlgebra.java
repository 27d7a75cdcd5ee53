package dev.lancet.compression.svd;

import dev.lancet.compression.matrix.Matrix;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** Linear algebra without native code, slow and plain: one-sided Jacobi rotations (Hestenes, 1958). */
public final class JacobiAlgebra implements LinearAlgebra {

    @Override
    public Factors factors(Matrix matrix, int rank) {
        Svd whole = svd(matrix);
        return new Svd(leading(whole.u(), rank), Arrays.copyOf(whole.values(), rank), leading(whole.v(), rank))
                .factors();
    }

    private static Matrix leading(Matrix matrix, int columns) {
        float[] values = new float[matrix.rows() * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = matrix.at(i / columns, i % columns);
        }
        return Matrix.of(matrix.rows(), columns, values);
    }

    /** All of the decomposition. */
    public Svd svd(Matrix matrix) {
        if (matrix.rows() < matrix.columns()) {
            Svd turned = svd(transposed(matrix));
            return new Svd(turned.v(), turned.values(), turned.u());
        }
        int m = matrix.rows();
        int n = matrix.columns();
        double[][] a = columns(matrix);
        double[][] v = new double[n][n];
        IntStream.range(0, n).forEach(i -> v[i][i] = 1);
        for (int sweep = 0; sweep < 60 && rotateAll(a, v); sweep++) {}
        double[] norms = IntStream.range(0, n)
                .mapToDouble(k -> Math.sqrt(dot(a[k], a[k])))
                .toArray();
        int[] order = IntStream.range(0, n)
                .boxed()
                .sorted(Comparator.comparingDouble(k -> -norms[k]))
                .mapToInt(k -> k)
                .toArray();
        float[] left = new float[m * n];
        float[] right = new float[n * n];
        double[] values = new double[n];
        for (int k = 0; k < n; k++) {
            values[k] = norms[order[k]];
            for (int i = 0; i < m; i++) {
                left[i * n + k] = values[k] == 0 ? 0 : (float) (a[order[k]][i] / values[k]);
            }
            for (int j = 0; j < n; j++) {
                right[j * n + k] = (float) v[order[k]][j];
            }
        }
        return new Svd(Matrix.of(m, n, left), values, Matrix.of(n, n, right));
    }

    private static boolean rotateAll(double[][] a, double[][] v) {
        boolean moved = false;
        for (int p = 0; p < a.length; p++) {
            for (int q = p + 1; q < a.length; q++) {
                double alpha = dot(a[p], a[p]);
                double beta = dot(a[q], a[q]);
                double gamma = dot(a[p], a[q]);
                if (Math.abs(gamma) <= 1e-15 * Math.sqrt(alpha * beta) || gamma == 0) {
                    continue;
                }
                moved = true;
                double zeta = (beta - alpha) / (2 * gamma);
                double t = Math.copySign(1, zeta) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
                double c = 1 / Math.sqrt(1 + t * t);
                rotate(a[p], a[q], c, c * t);
                rotate(v[p], v[q], c, c * t);
            }
        }
        return moved;
    }

    private static void rotate(double[] x, double[] y, double c, double s) {
        for (int i = 0; i < x.length; i++) {
            double old = x[i];
            x[i] = c * old - s * y[i];
            y[i] = s * old + c * y[i];
        }
    }

    @Override
    public double[] singularValues(Matrix matrix) {
        return svd(matrix).values();
    }

    @Override
    public Matrix product(Matrix left, Matrix right) {
        return product(left, false, right, false);
    }

    /** The product of two matrices, each optionally transposed first. */
    public Matrix product(Matrix left, boolean transposeLeft, Matrix right, boolean transposeRight) {
        Matrix a = transposeLeft ? transposed(left) : left;
        Matrix b = transposeRight ? transposed(right) : right;
        float[] values = new float[a.rows() * b.columns()];
        for (int i = 0; i < a.rows(); i++) {
            for (int j = 0; j < b.columns(); j++) {
                double sum = 0;
                for (int k = 0; k < a.columns(); k++) {
                    sum += (double) a.at(i, k) * b.at(k, j);
                }
                values[i * b.columns() + j] = (float) sum;
            }
        }
        return Matrix.of(a.rows(), b.columns(), values);
    }

    public static Matrix transposed(Matrix matrix) {
        float[] values = new float[matrix.rows() * matrix.columns()];
        for (int i = 0; i < values.length; i++) {
            values[i] = matrix.at(i % matrix.rows(), i / matrix.rows());
        }
        return Matrix.of(matrix.columns(), matrix.rows(), values);
    }

    private static double[][] columns(Matrix matrix) {
        double[][] columns = new double[matrix.columns()][matrix.rows()];
        for (int k = 0; k < matrix.columns(); k++) {
            for (int i = 0; i < matrix.rows(); i++) {
                columns[k][i] = matrix.at(i, k);
            }
        }
        return columns;
    }

    private static double dot(double[] x, double[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += x[i] * y[i];
        }
        return sum;
    }
}
