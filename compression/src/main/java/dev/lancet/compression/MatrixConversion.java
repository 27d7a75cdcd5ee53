package dev.lancet.compression;

import dev.lancet.compression.algebra.Float64Algebra;
import dev.lancet.compression.calibration.Calibration;
import dev.lancet.compression.calibration.GramMatrix;
import dev.lancet.compression.matrix.Matrix;
import dev.lancet.compression.quant.Quantizer;
import dev.lancet.compression.svd.Factors;
import dev.lancet.compression.svd.LinearAlgebra;
import dev.lancet.dsl.Adapter;
import dev.lancet.dsl.CompressionMethod;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.dsl.weights.WeightSink;
import dev.lancet.dsl.weights.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Converts one matrix. */
final class MatrixConversion {

    private final LinearAlgebra algebra;
    private final Step from;
    private final Step into;
    private final AdapterConversion adapter;
    private final CorrectionConversion correction;
    private final Optional<Calibration> calibration;
    private final boolean spectra;

    MatrixConversion(LinearAlgebra algebra, Step from, Step into) {
        this(algebra, from, into, Optional.empty(), false);
    }

    /** @param spectra whether the error of a matrix that is cut to a lower rank tells its singular values */
    MatrixConversion(LinearAlgebra algebra, Step from, Step into, Optional<Calibration> calibration, boolean spectra) {
        this.algebra = algebra;
        this.from = from;
        this.into = into;
        this.calibration = calibration;
        this.spectra = spectra;
        adapter = new AdapterConversion(from, into);
        correction = new CorrectionConversion(algebra, from, into, calibration);
    }

    /** The form afterwards. */
    Step into() {
        return into;
    }

    /** Whether the stored arrays stay as they are, with at most an adapter beside them. */
    boolean copies() {
        return from.baseMatrices().equals(into.baseMatrices())
                && correction.same()
                && !adapter.merges()
                && !adapter.startsFromPrincipal();
    }

    /** Bytes of the whole matrix in float32. */
    long denseBytes() {
        return into.weight().bytes();
    }

    /** Passes on the matrix in its new form. Returns its error, unless it is a copy. */
    Optional<Fidelity> apply(Weights weights, WeightSink sink) {
        if (copies()) {
            copy(into.baseMatrices(), weights, sink);
            copy(into.correctionMatrices(), weights, sink);
            adapter.put(weights, sink, () -> frozen(weights));
            return Optional.empty();
        }
        long begin = System.nanoTime();
        List<Matrix> before = unpack(from.baseMatrices(), weights);
        Matrix frozen = correction.multipliedOut(comparable(before), weights);
        Matrix dense = adapter.merges() ? adapter.merged(frozen, weights, algebra) : frozen;
        if (adapter.startsFromPrincipal()) {
            return Optional.of(principal(dense, sink, begin));
        }
        boolean alike = from.rank().equals(into.rank()) && !adapter.merges() && !correction.before();
        Optional<LayerTruncation.Cut> cut = alike || into.rank().isEmpty()
                ? Optional.empty()
                : Optional.of(truncation().cut(dense, into.rank().getAsInt(), spectra));
        List<Matrix> wanted =
                alike ? before : cut.map(LayerTruncation.Cut::pieces).orElse(List.of(dense));
        Rounding rounding = new Rounding(into, calibration);
        if (adapter.startsFromLoss()) {
            Matrix started =
                    new LoftqInitialisation(algebra, into, calibration, LoftqInitialisation.ROUNDS).put(dense, sink);
            return Optional.of(measured(dense, started, begin).by(methods(alike, rounding)));
        }
        List<Matrix> after = rounding.put(wanted, sink);
        Optional<TruncatedSpectrum> spectrum = cut.flatMap(LayerTruncation.Cut::spectrum);
        if (!WeightDecomposition.of(into)) {
            Fidelity loss = loss(dense, after, sink, begin);
            adapter.put(weights, sink, () -> dense);
            return Optional.of(loss.by(methods(alike, rounding)).withSpectrum(spectrum));
        }
        Matrix result = correction.put(dense, comparable(after), sink);
        adapter.put(weights, sink, () -> result);
        return Optional.of(
                measured(dense, result, begin).by(methods(alike, rounding)).withSpectrum(spectrum));
    }

    /** Starts the adapter with the principal components, and stores the rest of the matrix; see {@link Adapter.Lora#pissa}. */
    private Fidelity principal(Matrix dense, WeightSink sink, long begin) {
        Adapter start = into.adapter().orElseThrow();
        Factors best = new LayerTruncation(algebra, Optional.empty(), into.weight()).cut(dense, start.rank());
        Matrix components = algebra.product(best.left(), best.right());
        Matrix rest = CorrectionConversion.difference(dense, components);
        Rounding rounding = new Rounding(into, calibration);
        List<Matrix> pieces = into.rank().isEmpty()
                ? List.of(rest)
                : truncation().cut(rest, into.rank().getAsInt(), false).pieces();
        Matrix stored = correction.put(rest, comparable(rounding.put(pieces, sink)), sink);
        Matrix whole = AdapterConversion.sum(stored, components, 1);
        List<Matrix> factors = List.of(best.left(), best.right());
        for (int i = 0; i < factors.size(); i++) {
            Matrix factor = LoftqInitialisation.scaled(factors.get(i), 1 / Math.sqrt(start.scale()));
            sink.accept(HostTensor.of(into.adapterMatrices().get(i).arrays().get(0), factor.values()));
        }
        WeightDecomposition.put(into, stored, whole, sink);
        return measured(dense, whole, begin).by(methods(false, rounding));
    }

    /** The matrix that is stored beside the adapter. */
    private Matrix frozen(Weights weights) {
        return correction.multipliedOut(comparable(unpack(from.baseMatrices(), weights)), weights);
    }

    /** The matrix in its new form, in memory. */
    ConvertedMatrix converted(Weights weights) {
        List<HostTensor> arrays = new ArrayList<>();
        return new ConvertedMatrix(arrays, apply(weights, arrays::add));
    }

    private Fidelity loss(Matrix dense, List<Matrix> after, WeightSink sink, long begin) {
        String name = into.weight().name();
        if (after.size() == 2 && into.between().isEmpty() && inputs().isEmpty()) {
            double error = Fidelity.relativeError(dense, after.get(0), after.get(1), algebra);
            return new Fidelity(name, error, (System.nanoTime() - begin) / 1e9);
        }
        Matrix result = correction.put(dense, comparable(after), sink);
        return measured(dense, result, begin);
    }

    private Fidelity measured(Matrix dense, Matrix result, long begin) {
        return Fidelity.of(into.weight().name(), dense, result, (System.nanoTime() - begin) / 1e9)
                .withOutputError(outputError(dense, result));
    }

    private static void copy(List<StoredMatrix> pieces, Weights weights, WeightSink sink) {
        pieces.forEach(matrix ->
                matrix.arrays().forEach(array -> sink.accept(FiniteValues.require(weights.read(array.name())))));
    }

    private LayerTruncation truncation() {
        return new LayerTruncation(algebra, calibration, into.weight());
    }

    /** The methods that computed the factors, unless they were there before, and the codes, if there are any. */
    private List<CompressionMethod> methods(boolean alike, Rounding rounding) {
        List<CompressionMethod> used = new ArrayList<>();
        if (into.rank().isPresent() && !alike) {
            used.add(truncation().inputs().isPresent() ? CompressionMethod.WHITENED : CompressionMethod.PLAIN);
        }
        if (into.precision().quantized()) {
            used.add(rounding.calibrated() ? CompressionMethod.GPTQ : CompressionMethod.NEAREST);
        }
        return used;
    }

    private Optional<GramMatrix> inputs() {
        return into.between().isPresent()
                ? Optional.empty()
                : calibration.flatMap(known -> known.grams().of(into.weight().name()));
    }

    /** {@code ‖X·W − X·Ŵ‖ / ‖X·W‖} over the calibration inputs X, if they are known. */
    private OptionalDouble outputError(Matrix exact, Matrix result) {
        Optional<GramMatrix> gram = inputs();
        if (gram.isEmpty()) {
            return OptionalDouble.empty();
        }
        Float64Algebra wide = calibration.orElseThrow().algebra();
        double all = gram.get().energy(exact, wide);
        double lost = gram.get().energy(CorrectionConversion.difference(exact, result), wide);
        return OptionalDouble.of(all == 0 ? 0 : Math.sqrt(lost / all));
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
