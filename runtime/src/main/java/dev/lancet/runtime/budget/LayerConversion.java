package dev.lancet.runtime.budget;

import dev.lancet.compression.Compressor;
import dev.lancet.compression.Fidelity;
import dev.lancet.compression.calibration.Calibration;
import dev.lancet.compression.matrix.Matrix;
import dev.lancet.compression.svd.LinearAlgebra;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.dsl.weights.WeightsInMemory;
import java.util.List;
import java.util.Optional;

/** Converts single layers in memory, to see what a form costs. */
final class LayerConversion {

    private final Weights weights;
    private final LinearAlgebra algebra;

    LayerConversion(Weights weights, LinearAlgebra algebra) {
        this.weights = weights;
        this.algebra = algebra;
    }

    /**
     * A converted layer.
     *
     * @param loss the error of the conversion; empty if nothing changed
     * @param arrays the stored arrays of the form
     */
    record ConvertedLayer(Optional<Fidelity> loss, WeightsInMemory arrays) {}

    ConvertedLayer convert(Step from, Step into, Optional<Calibration> calibration) {
        WeightsInMemory arrays = new WeightsInMemory();
        List<Fidelity> losses = new Compressor(algebra, calibration)
                .compress(alone(from), alone(into), weights, tensor -> arrays.accept(tensor.copy()));
        return new ConvertedLayer(losses.stream().findFirst(), arrays);
    }

    /** The matrix that the arrays of a form stand for. */
    Matrix dense(Step form, Step original, WeightsInMemory arrays) {
        WeightsInMemory whole = new WeightsInMemory();
        new Compressor(algebra).compress(alone(form), alone(original), arrays, tensor -> whole.accept(tensor.copy()));
        return Matrix.of(whole.read(original.weight().name()));
    }

    private static Plan alone(Step step) {
        return new Plan(step.weight().name(), List.of(step), List.of());
    }
}
