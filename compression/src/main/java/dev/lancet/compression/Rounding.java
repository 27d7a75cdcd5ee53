package dev.lancet.compression;

import dev.lancet.compression.calibration.Calibration;
import dev.lancet.compression.calibration.GramMatrix;
import dev.lancet.compression.matrix.Matrix;
import dev.lancet.compression.quant.Gptq;
import dev.lancet.compression.quant.Quantizer;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.dsl.weights.WeightSink;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Stores the matrices of a step in its precision. With calibration, a matrix in one piece is rounded by {@link Gptq}. Of
 * two factors, the one nearer to the input is rounded first; the other is then fitted to it anew, so that it makes up for
 * what the first lost, and rounded for the inputs that it will see.
 */
final class Rounding {

    private final Step step;
    private final Optional<Calibration> calibration;
    private final Optional<GramMatrix> gram;

    Rounding(Step step, Optional<Calibration> calibration) {
        this.step = step;
        this.calibration = calibration;
        gram = step.precision().quantized() && step.between().isEmpty()
                ? calibration.flatMap(known -> known.forRounding(step.weight()))
                : Optional.empty();
    }

    /** Whether the codes are chosen by the calibration. */
    boolean calibrated() {
        return gram.isPresent();
    }

    /**
     * Passes on the arrays of these matrices, and returns the matrices that they stand for.
     *
     * @param wanted one matrix, or two factors
     */
    List<Matrix> put(List<Matrix> wanted, WeightSink sink) {
        List<StoredMatrix> pieces = step.baseMatrices();
        if (gram.isPresent() && pieces.size() == 2) {
            return factors(pieces, wanted, gram.get(), sink);
        }
        List<Matrix> after = new ArrayList<>();
        for (int i = 0; i < pieces.size(); i++) {
            Matrix matrix = wanted.get(i);
            after.add(
                    gram.isPresent()
                            ? rounded(pieces.get(i), matrix, gram.get(), sink)
                            : stored(pieces.get(i), Quantizer.pack(pieces.get(i), matrix), matrix, sink));
        }
        return after;
    }

    private Matrix rounded(StoredMatrix piece, Matrix matrix, GramMatrix inputs, WeightSink sink) {
        Gptq gptq = new Gptq(piece.name(), inputs, calibration.orElseThrow().algebra());
        return stored(piece, Quantizer.pack(piece, matrix, gptq), matrix, sink);
    }

    private static Matrix stored(StoredMatrix piece, List<HostTensor> arrays, Matrix matrix, WeightSink sink) {
        arrays.forEach(sink::accept);
        return piece.precision().narrow() ? Quantizer.unpack(piece, arrays) : matrix;
    }

    private List<Matrix> factors(List<StoredMatrix> pieces, List<Matrix> wanted, GramMatrix inputs, WeightSink sink) {
        int near = inputs.transposed() ? 1 : 0;
        Matrix first = rounded(pieces.get(near), wanted.get(near), inputs, sink);
        RoundedFactor seen =
                new RoundedFactor(inputs, first, calibration.orElseThrow().algebra());
        Matrix fitted = seen.fitted(wanted.get(near), wanted.get(1 - near));
        Matrix second = rounded(pieces.get(1 - near), fitted, seen.outputs(), sink);
        return near == 0 ? List.of(first, second) : List.of(second, first);
    }
}
