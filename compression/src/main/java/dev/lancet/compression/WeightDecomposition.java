package dev.lancet.compression;

import dev.lancet.compression.matrix.Matrix;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.dsl.weights.WeightSink;

/** The lengths of a decomposed adapter (DoRA, Liu et al., arXiv 2402.09353, equation 2): the norm of each column. */
final class WeightDecomposition {

    private WeightDecomposition() {}

    /** Whether the adapter of a step has lengths. */
    static boolean of(Step step) {
        return !step.adapterConstants().isEmpty();
    }

    /**
     * Passes on the trained lengths and the norms of the frozen matrix, if the adapter of the step is decomposed.
     *
     * @param frozen the matrix beside the adapter
     * @param whole the matrix with its adapter, whose column norms are the first lengths
     */
    static void put(Step step, Matrix frozen, Matrix whole, WeightSink sink) {
        if (of(step)) {
            sink.accept(tensor(step.adapterMatrices().get(2), norms(whole)));
            sink.accept(frozenNorms(step, frozen));
        }
    }

    /** The norms of the frozen matrix. */
    static HostTensor frozenNorms(Step step, Matrix frozen) {
        return tensor(step.adapterConstants().get(0), norms(frozen));
    }

    private static HostTensor tensor(StoredMatrix matrix, double[] norms) {
        return HostTensor.of(matrix.arrays().get(0), floats(norms));
    }

    static float[] floats(double[] norms) {
        float[] values = new float[norms.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) norms[i];
        }
        return values;
    }

    /** The matrix whose columns have these lengths, {@code [1, columns]}; a column of 0 stays 0. */
    static Matrix rescaled(Matrix matrix, Matrix lengths) {
        double[] norms = norms(matrix);
        float[] values = new float[matrix.values().length];
        for (int i = 0; i < values.length; i++) {
            int column = i % matrix.columns();
            double norm = norms[column];
            values[i] = norm == 0 ? 0 : (float) (matrix.values()[i] * (lengths.values()[column] / norm));
        }
        return Matrix.of(matrix.rows(), matrix.columns(), values);
    }

    /** The column norms of a product, {@code √(rᵀ · (LᵀL) · r)} for each column r of the right factor. */
    static double[] norms(Matrix left, Matrix right) {
        int rank = left.columns();
        double[] gram = new double[rank * rank];
        for (int row = 0; row < left.rows(); row++) {
            for (int i = 0; i < rank; i++) {
                for (int j = 0; j < rank; j++) {
                    gram[i * rank + j] += (double) left.values()[row * rank + i] * left.values()[row * rank + j];
                }
            }
        }
        double[] norms = new double[right.columns()];
        for (int column = 0; column < norms.length; column++) {
            for (int i = 0; i < rank; i++) {
                for (int j = 0; j < rank; j++) {
                    norms[column] += gram[i * rank + j]
                            * right.values()[i * norms.length + column]
                            * right.values()[j * norms.length + column];
                }
            }
            norms[column] = Math.sqrt(Math.max(0, norms[column]));
        }
        return norms;
    }

    static double[] norms(Matrix matrix) {
        double[] squares = new double[matrix.columns()];
        for (int i = 0; i < matrix.values().length; i++) {
            squares[i % squares.length] += (double) matrix.values()[i] * matrix.values()[i];
        }
        for (int i = 0; i < squares.length; i++) {
            squares[i] = Math.sqrt(squares[i]);
        }
        return squares;
    }
}
