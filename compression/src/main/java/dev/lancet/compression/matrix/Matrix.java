package dev.lancet.compression.matrix;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.weights.HostTensor;
import java.util.Arrays;

/**
 * A float matrix {@code [rows, columns]} on the heap, in row-major order. Its values are shared, not copied: callers may
 * read them, but not write.
 */
public final class Matrix {

    private final int rows;
    private final int columns;
    private final float[] values;

    private Matrix(int rows, int columns, float[] values) {
        if (rows < 1 || columns < 1 || (long) rows * columns != values.length) {
            throw new IllegalArgumentException(
                    "matrix: " + values.length + " values for shape [" + rows + ", " + columns + "]");
        }
        this.rows = rows;
        this.columns = columns;
        this.values = values;
    }

    /** A matrix {@code [rows, columns]} over these values in row-major order, not copied. */
    public static Matrix of(int rows, int columns, float[] values) {
        return new Matrix(rows, columns, values);
    }

    /** A copy of a stored float matrix. */
    public static Matrix of(HostTensor tensor) {
        ArraySpec array = tensor.spec();
        if (array.shape().size() != 2) {
            throw new IllegalArgumentException("matrix: " + array + " does not have two dimensions");
        }
        return of(array.shape().get(0), array.shape().get(1), tensor.floats());
    }

    /** Number of rows. */
    public int rows() {
        return rows;
    }

    /** Number of columns. */
    public int columns() {
        return columns;
    }

    /** The values in row-major order, shared. */
    public float[] values() {
        return values;
    }

    /** One value. */
    public float at(int row, int column) {
        return values[row * columns + column];
    }

    /** A copy of the rows from {@code first} to before {@code end}; the matrix itself if these are all. */
    public Matrix rows(int first, int end) {
        return first == 0 && end == rows
                ? this
                : of(end - first, columns, Arrays.copyOfRange(values, first * columns, end * columns));
    }

    /** A copy of the columns from {@code first} to before {@code end}; the matrix itself if these are all. */
    public Matrix columns(int first, int end) {
        if (first == 0 && end == columns) {
            return this;
        }
        int width = end - first;
        float[] some = new float[Math.multiplyExact(rows, width)];
        for (int row = 0; row < rows; row++) {
            System.arraycopy(values, row * columns + first, some, row * width, width);
        }
        return of(rows, width, some);
    }

    /** The smaller side, which is the largest possible rank. */
    public int smallerSide() {
        return Math.min(rows, columns);
    }

    /**
     * This matrix.
     *
     * @param name the name of the matrix, for the message
     * @throws LancetException if it contains NaN or infinity
     */
    public Matrix requireFinite(String name) {
        for (float value : values) {
            if (!Float.isFinite(value)) {
                throw new LancetException("matrix: " + name + " contains " + value
                        + "; only finite matrices can be decomposed; check where it comes from");
            }
        }
        return this;
    }

    @Override
    public String toString() {
        return "Matrix [" + rows + ", " + columns + "]";
    }
}
