package dev.lancet.compression;

import dev.lancet.compression.matrix.Matrix;
import dev.lancet.compression.quant.Quantizer;
import dev.lancet.compression.svd.Factors;
import dev.lancet.compression.svd.LinearAlgebra;
import dev.lancet.compression.svd.Truncation;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.dsl.weights.WeightSink;
import dev.lancet.dsl.weights.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Converts one matrix. */
final class MatrixConversion {

    private final LinearAlgebra algebra;
    private final Step from;
    private final Step into;
    private final AdapterConversion adapter;
    private final CorrectionConversion correction;

    MatrixConversion(LinearAlgebra algebra, Step from, Step into) {
        this.algebra = algebra;
        this.from = from;
        this.into = into;
        adapter = new AdapterConversion(from, into);
        correction = new CorrectionConversion(algebra, from, into);
    }

    /** Passes on the matrix in its new form. Returns its error, unless it is a copy. */
    Optional<Fidelity> apply(Weights weights, WeightSink sink) {
        if (from.baseMatrices().equals(into.baseMatrices()) && correction.same() && !adapter.merges()) {
            copy(into.baseMatrices(), weights, sink);
            copy(into.correctionMatrices(), weights, sink);
            adapter.put(weights, sink);
            return Optional.empty();
        }
        long begin = System.nanoTime();
        List<Matrix> before = unpack(from.baseMatrices(), weights);
        Matrix dense = correction.multipliedOut(comparable(before), weights);
        dense = adapter.merges() ? adapter.merged(dense, weights, algebra) : dense;
        boolean alike = from.rank().equals(into.rank()) && !adapter.merges() && !correction.before();
        List<Matrix> wanted = alike ? before : factoredAgain(dense);
        List<Matrix> after = new ArrayList<>();
        for (int i = 0; i < wanted.size(); i++) {
            StoredMatrix matrix = into.baseMatrices().get(i);
            List<HostTensor> arrays = Quantizer.pack(matrix, wanted.get(i));
            after.add(matrix.precision().narrow() ? Quantizer.unpack(matrix, arrays) : wanted.get(i));
            arrays.forEach(sink::accept);
        }
        Matrix result = correction.put(dense, comparable(after), sink);
        adapter.put(weights, sink);
        return Optional.of(Fidelity.of(into.weight().name(), dense, result, (System.nanoTime() - begin) / 1e9));
    }

    private static void copy(List<StoredMatrix> pieces, Weights weights, WeightSink sink) {
        pieces.forEach(matrix -> matrix.arrays().forEach(array -> sink.accept(weights.read(array.name()))));
    }

    private List<Matrix> factoredAgain(Matrix dense) {
        if (into.rank().isEmpty()) {
            return List.of(dense);
        }
        Factors factors = new Truncation(algebra)
                .cut(into.weight().name(), dense, into.rank().getAsInt());
        return List.of(factors.left(), factors.right());
    }

    /**
     * The product of the stored factors. If a nonlinearity stands between them, the product has no meaning; then a matrix
     * of all their values.
     */
    private Matrix comparable(List<Matrix> pieces) {
        return into.between().isPresent() ? concatenated(pieces) : multiplied(pieces);
    }

    private static Matrix concatenated(List<Matrix> pieces) {
        float[] all = new float
                [pieces.stream().mapToInt(piece -> piece.values().length).sum()];
        int at = 0;
        for (Matrix piece : pieces) {
            System.arraycopy(piece.values(), 0, all, at, piece.values().length);
            at += piece.values().length;
        }
        return Matrix.of(1, all.length, all);
    }

    private Matrix multiplied(List<Matrix> pieces) {
        return pieces.size() == 1 ? pieces.get(0) : algebra.product(pieces.get(0), pieces.get(1));
    }

    private static List<Matrix> unpack(List<StoredMatrix> pieces, Weights weights) {
        return pieces.stream().map(matrix -> Quantizer.unpack(matrix, weights)).toList();
    }

    /** The whole matrix that the storage of a step stands for, with its correction and its adapter. */
    static Matrix dense(LinearAlgebra algebra, Step step, Weights weights) {
        FactorCompatibility.checkMatrix(step);
        MatrixConversion merging = new MatrixConversion(algebra, step, step.merged());
        Matrix pieces = merging.multiplied(unpack(step.baseMatrices(), weights));
        Matrix matrix = merging.correction.multipliedOut(pieces, weights);
        return merging.adapter.merges() ? merging.adapter.merged(matrix, weights, algebra) : matrix;
    }
}
