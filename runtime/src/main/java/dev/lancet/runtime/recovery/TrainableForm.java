package dev.lancet.runtime.recovery;

import dev.lancet.compression.Compressor;
import dev.lancet.compression.calibration.Calibration;
import dev.lancet.compression.matrix.Matrix;
import dev.lancet.compression.quant.Quantizer;
import dev.lancet.compression.svd.LinearAlgebra;
import dev.lancet.dsl.Adapter;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.plan.StoredMatrix;
import dev.lancet.dsl.weights.HostTensor;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.dsl.weights.WeightsInMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A compressed model in a form that can be trained: its factors are float32, and its corrections are adapters. Codes of
 * matrices in one piece stay as they are. After the training, factors and corrections are rounded again.
 */
final class TrainableForm {

    private final Plan compressed;
    private final Plan bare;
    private final Plan unpacked;
    private final Plan trainable;
    private final LinearAlgebra algebra;

    TrainableForm(Plan compressed, LinearAlgebra algebra) {
        this.compressed = compressed;
        this.algebra = algebra;
        bare = mapped(step -> step.stored(step.precision(), ""));
        unpacked = mapped(step -> step.stored(step.rank().isPresent() ? Precision.float32() : step.precision(), ""));
        trainable = mapped(step -> {
            Step floats = step.stored(step.rank().isPresent() ? Precision.float32() : step.precision(), "");
            return step.correction()
                    .map(correction -> floats.adapted(adapter(correction.rank()), ""))
                    .orElse(floats);
        });
    }

    /** An adapter whose product is not scaled, as the product of a correction is not. */
    private static Adapter adapter(int rank) {
        return Adapter.lora(rank).alpha(rank);
    }

    private interface Change {
        Step of(Step step);
    }

    private Plan mapped(Change change) {
        List<Step> steps = new ArrayList<>();
        compressed.steps().forEach(step -> steps.add(change.of(step)));
        return new Plan(compressed.model(), steps, compressed.vectors());
    }

    /** The plan of this form. */
    Plan plan() {
        return trainable;
    }

    /** The arrays of a compressed model in this form. */
    WeightsInMemory unpack(Weights weights) {
        WeightsInMemory arrays = new WeightsInMemory();
        new Compressor(algebra).compress(bare, unpacked, weights, tensor -> arrays.accept(tensor.copy()));
        for (Step step : compressed.steps()) {
            List<StoredMatrix> pieces = step.correctionMatrices();
            if (!pieces.isEmpty()) {
                arrays.accept(floats(step.weight().adapterA(), Quantizer.unpack(pieces.get(0), weights)));
                arrays.accept(floats(step.weight().adapterB(), Quantizer.unpack(pieces.get(1), weights)));
            }
        }
        return arrays;
    }

    private static HostTensor floats(String name, Matrix matrix) {
        StoredMatrix stored = new StoredMatrix(
                name, matrix.rows(), matrix.columns(), Precision.float32(), StoredMatrix.Channels.COLUMNS);
        return Quantizer.pack(stored, matrix).get(0);
    }

    /** The arrays of the compressed model after a training of this form. */
    WeightsInMemory pack(Weights trained, Optional<Calibration> calibration) {
        WeightsInMemory arrays = new WeightsInMemory();
        new Compressor(algebra, calibration).compress(unpacked, bare, trained, tensor -> arrays.accept(tensor.copy()));
        for (Step step : compressed.steps()) {
            List<StoredMatrix> pieces = step.correctionMatrices();
            if (!pieces.isEmpty()) {
                pack(pieces.get(0), Matrix.of(trained.read(step.weight().adapterA())), arrays);
                pack(pieces.get(1), Matrix.of(trained.read(step.weight().adapterB())), arrays);
            }
        }
        return arrays;
    }

    private static void pack(StoredMatrix piece, Matrix matrix, WeightsInMemory arrays) {
        Quantizer.pack(piece, matrix).forEach(arrays::accept);
    }
}
