package dev.lancet.compression;

import dev.lancet.compression.calibration.Calibration;
import dev.lancet.compression.matrix.Matrix;
import dev.lancet.compression.quant.Quantizer;
import dev.lancet.compression.svd.Factors;
import dev.lancet.compression.svd.LinearAlgebra;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.dsl.weights.WeightSink;
import dev.lancet.dsl.weights.Weights;
import java.util.List;
import java.util.Optional;

/** Converts the correction of a matrix: multiplies it out, {@code Q + A · B}, or computes and stores a new one. */
final class CorrectionConversion {

    private final LinearAlgebra algebra;
    private final Step from;
    private final Step into;
    private final Optional<Calibration> calibration;

    CorrectionConversion(LinearAlgebra algebra, Step from, Step into, Optional<Calibration> calibration) {
        this.algebra = algebra;
        this.calibration = calibration;
        this.from = from;
        this.into = into;
    }

    /** Whether both steps store the same correction, or none. */
    boolean same() {
        return from.correctionMatrices().equals(into.correctionMatrices());
    }

    /** Whether the matrix that is read has a correction. */
    boolean before() {
        return from.correction().isPresent();
    }

    /** The rounded matrix with the correction that was read, if it has one. */
    Matrix multipliedOut(Matrix rounded, Weights weights) {
        List<StoredMatrix> pieces = from.correctionMatrices();
        return pieces.isEmpty()
                ? rounded
                : sum(rounded, Quantizer.unpack(pieces.get(0), weights), Quantizer.unpack(pieces.get(1), weights));
    }

    /**
     * Computes and passes on a new correction, if the result has one. Returns the matrix that the result stands for.
     *
     * @param exact the matrix before rounding
     * @param rounded the matrix that its codes stand for
     */
    Matrix put(Matrix exact, Matrix rounded, WeightSink sink) {
        List<StoredMatrix> pieces = into.correctionMatrices();
        if (pieces.isEmpty()) {
            return rounded;
        }
        Factors best = new LayerTruncation(algebra, calibration, into.weight())
                .cut(difference(exact, rounded), into.correction().orElseThrow().rank());
        return sum(rounded, stored(pieces.get(0), best.left(), sink), stored(pieces.get(1), best.right(), sink));
    }

    private static Matrix stored(StoredMatrix piece, Matrix factor, WeightSink sink) {
        List<HostTensor> arrays = Quantizer.pack(piece, factor);
        arrays.forEach(sink::accept);
        return Quantizer.unpack(piece, arrays);
    }

    private Matrix sum(Matrix rounded, Matrix a, Matrix b) {
        float[] sum = algebra.product(a, b).values().clone();
        for (int i = 0; i < sum.length; i++) {
            sum[i] += rounded.values()[i];
        }
        return Matrix.of(rounded.rows(), rounded.columns(), sum);
    }

    /** The first matrix minus the second. */
    static Matrix difference(Matrix exact, Matrix rounded) {
        float[] difference = new float[exact.values().length];
        for (int i = 0; i < difference.length; i++) {
            difference[i] = exact.values()[i] - rounded.values()[i];
        }
        return Matrix.of(exact.rows(), exact.columns(), difference);
    }

    /** The arrays of a correction that changes nothing: fresh weights are what their codes stand for. */
    static List<HostTensor> nothing(StoredMatrix piece) {
        int count = Math.multiplyExact(piece.rows(), piece.columns());
        return Quantizer.pack(piece, Matrix.of(piece.rows(), piece.columns(), new float[count]));
    }
}
