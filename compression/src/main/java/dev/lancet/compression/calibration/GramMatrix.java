package dev.lancet.compression.calibration;

import dev.lancet.compression.algebra.Float64Algebra;
import dev.lancet.compression.algebra.Float64Algebra.Shape;
import dev.lancet.compression.matrix.Matrix;
import java.util.Arrays;

/**
 * The Gram matrix {@code XᵀX} of the inputs X {@code [rows, width]} that a layer saw on calibration data. It gives the
 * error of a layer's output for any change Δ of its matrix: {@code ‖X·Δ‖² = tr(Δᵀ · XᵀX · Δ)}.
 */
public final class GramMatrix {

    /** The inputs in a block of an energy's computation. */
    private static final int BLOCK = 1024;

    private final int width;
    private final long rows;
    private final double[] sums;
    private final boolean transposed;

    private GramMatrix(int width, long rows, double[] sums, boolean transposed) {
        this.width = width;
        this.rows = rows;
        this.sums = sums;
        this.transposed = transposed;
    }

    /**
     * The Gram matrix of the inputs of {@code x · W}.
     *
     * @param rows how many rows were summed
     * @param sums {@code [width, width]} in row-major order, symmetric; not copied
     */
    public static GramMatrix of(int width, long rows, double[] sums) {
        return of(width, rows, sums, false);
    }

    /**
     * The Gram matrix of the inputs of a layer.
     *
     * @param rows how many rows were summed
     * @param sums {@code [width, width]} in row-major order, symmetric; not copied
     * @param transposed whether the layer computes {@code x · Wᵀ}, so that the inputs are the columns of W
     */
    public static GramMatrix of(int width, long rows, double[] sums, boolean transposed) {
        if ((long) width * width != sums.length) {
            throw new IllegalArgumentException("gram: " + sums.length + " sums for width " + width);
        }
        return new GramMatrix(width, rows, sums, transposed);
    }

    /** The number of inputs of the layer. */
    public int width() {
        return width;
    }

    /** The number of rows that were summed. */
    public long rows() {
        return rows;
    }

    /** Whether the layer computes {@code x · Wᵀ}, so that the inputs are the columns of W. */
    public boolean transposed() {
        return transposed;
    }

    /** The same sums for a layer with this orientation. */
    public GramMatrix transposed(boolean wanted) {
        return new GramMatrix(width, rows, sums, wanted);
    }

    /** The Gram matrix of the rows of both. */
    public GramMatrix plus(GramMatrix other) {
        double[] both = sums.clone();
        for (int i = 0; i < both.length; i++) {
            both[i] += other.sums[i];
        }
        return new GramMatrix(width, rows + other.rows, both, transposed);
    }

    /** {@code [width, width]} in row-major order, shared; callers do not write to it. */
    public double[] sums() {
        return sums;
    }

    /** The mean of the diagonal: the mean square of an input, times the rows. */
    public double meanDiagonal() {
        double sum = 0;
        for (int i = 0; i < width; i++) {
            sum += sums[i * width + i];
        }
        return sum / width;
    }

    /**
     * A copy with this share of the mean diagonal added to the diagonal. It keeps the matrix invertible if there are
     * fewer rows than inputs, and it keeps a method from relying on directions that few rows show. An input that was
     * always 0 gets the mean.
     */
    public double[] damped(double share) {
        double[] copy = sums.clone();
        double[] diagonal = dampedDiagonal(share);
        for (int i = 0; i < width; i++) {
            copy[i * width + i] = diagonal[i];
        }
        return copy;
    }

    /** The diagonal of {@link #damped}. */
    public double[] dampedDiagonal(double share) {
        double[] diagonal = new double[width];
        double mean = meanDiagonal();
        for (int i = 0; i < width; i++) {
            double sum = sums[i * width + i];
            diagonal[i] = sum == 0 ? (mean == 0 ? 1 : mean) : sum + share * mean;
        }
        return diagonal;
    }

    /**
     * The squared error {@code ‖X·Δ‖²} that a change of the layer's matrix makes in its output. It is the sum of the elements of
     * {@code XᵀX} times those of {@code Δ·Δᵀ}, and both are symmetric, so only blocks on and above the diagonal are computed.
     *
     * @param change Δ, of the shape of the layer's matrix
     */
    public double energy(Matrix change, Float64Algebra algebra) {
        double[] delta = oriented(change);
        int outputs = delta.length / width;
        double sum = 0;
        for (int row = 0; row < width; row += BLOCK) {
            double[] some = rows(delta, row, outputs);
            for (int column = row; column < width; column += BLOCK) {
                double[] others = column == row ? some : rows(delta, column, outputs);
                Shape shape = new Shape(some.length / outputs, outputs, others.length / outputs);
                double[] product = algebra.product(some, false, others, true, shape);
                sum += (column == row ? 1 : 2) * weighted(product, row, column, shape);
            }
        }
        return Math.max(0, sum);
    }

    private double[] rows(double[] matrix, int first, int columns) {
        return Arrays.copyOfRange(matrix, first * columns, Math.min(width, first + BLOCK) * columns);
    }

    /** The sum of the elements of a block of {@code Δ · Δᵀ}, each times its element of the Gram matrix. */
    private double weighted(double[] product, int row, int column, Shape shape) {
        double sum = 0;
        for (int i = 0; i < shape.m(); i++) {
            int at = (row + i) * width + column;
            for (int j = 0; j < shape.n(); j++) {
                sum += product[i * shape.n() + j] * sums[at + j];
            }
        }
        return sum;
    }

    /**
     * A matrix of the layer in 64 bits with the inputs along its rows, {@code [width, outputs]}.
     *
     * @throws IllegalArgumentException if the matrix does not have the layer's inputs
     */
    public double[] oriented(Matrix matrix) {
        int inputs = transposed ? matrix.columns() : matrix.rows();
        if (inputs != width) {
            throw new IllegalArgumentException(matrix + " has " + inputs + " inputs; the Gram matrix has " + width);
        }
        return transposed ? columnsOf(matrix) : doubles(matrix.values());
    }

    /** The transpose of a matrix, in 64 bits. */
    private static double[] columnsOf(Matrix matrix) {
        int rows = matrix.rows();
        int columns = matrix.columns();
        float[] values = matrix.values();
        double[] transposed = new double[values.length];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                transposed[j * rows + i] = values[i * columns + j];
            }
        }
        return transposed;
    }

    private static double[] doubles(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }
}
