package dev.lancet.runtime.budget;

import dev.lancet.compression.calibration.Calibration;
import dev.lancet.compression.calibration.GramMatrices;
import dev.lancet.compression.matrix.Matrix;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.io.Progress;
import dev.lancet.runtime.algebra.BlasThreadLimit;
import dev.lancet.runtime.algebra.GramAlgebra;
import dev.lancet.runtime.algebra.OpenBlas;
import dev.lancet.runtime.calibration.Quality;
import dev.lancet.runtime.calibration.ReferenceOutputs;
import dev.lancet.runtime.calibration.RunningModel;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.device.ResolvedDevice;
import dev.lancet.runtime.source.ModelSource;
import dev.lancet.runtime.train.graph.Examples;
import java.util.Optional;

/**
 * Measures what a plan costs without writing anything: in a second copy of the model, every changed matrix is replaced by
 * the matrix that its new form stands for.
 */
final class PlanTrial implements AutoCloseable {

    private final Plan original;
    private final LayerConversion conversion;
    private final Calibration calibration;
    private final RunningModel before;
    private final RunningModel after;
    private final BlasThreadLimit single;

    /**
     * Opens a model twice.
     *
     * @param grams of the inputs of its layers
     */
    PlanTrial(ModelSource source, GramMatrices grams) {
        original = source.plan();
        conversion = new LayerConversion(source.weights(), new GramAlgebra());
        calibration = Calibration.of(grams, new OpenBlas());
        ResolvedDevice device = Device.auto().resolve();
        before = RunningModel.open(source, device);
        try {
            after = RunningModel.open(source, device);
        } catch (RuntimeException e) {
            before.close();
            throw e;
        }
        single = new BlasThreadLimit(1);
    }

    /** Converts single layers of the model. */
    LayerConversion conversion() {
        return conversion;
    }

    /** The inputs of its layers. */
    Calibration calibration() {
        return calibration;
    }

    /** The outputs of the original on some rows, to compare with. */
    ReferenceOutputs reference(Examples rows) {
        return new ReferenceOutputs(before, rows);
    }

    /** The quality of the model under a plan, on the rows of a reference. */
    Quality measure(Plan plan, ReferenceOutputs reference, Progress progress) {
        try (Progress.Task task = progress.begin("try", plan.steps().size())) {
            for (int i = 0; i < plan.steps().size(); i++) {
                Step form = plan.steps().get(i);
                Step from = original.steps().get(i);
                if (!form.matrices().equals(from.matrices())) {
                    LayerConversion.ConvertedLayer converted = conversion.convert(from, form, Optional.of(calibration));
                    after.replace(form.weight().name(), conversion.dense(form, from, converted.arrays()));
                }
                task.advance(i + 1, form.weight().name());
            }
        }
        Quality quality = reference.compare(after, progress);
        plan.changedSince(original).forEach(step -> restore(step.weight().name()));
        return quality;
    }

    private void restore(String weight) {
        after.replace(weight, matrix(weight));
    }

    /** The original matrix of a weight. */
    Matrix matrix(String weight) {
        Step from = original.step(weight);
        return conversion.dense(
                from, from, conversion.convert(from, from, Optional.empty()).arrays());
    }

    /** The quality with one matrix replaced. */
    Quality measure(String weight, Matrix other, ReferenceOutputs reference) {
        after.replace(weight, other);
        Quality quality = reference.compare(after, Progress.silent());
        restore(weight);
        return quality;
    }

    @Override
    public void close() {
        before.close();
        after.close();
        single.close();
    }
}
