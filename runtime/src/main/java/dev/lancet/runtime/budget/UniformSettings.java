package dev.lancet.runtime.budget;

import dev.lancet.dsl.Precision;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.io.Progress;
import dev.lancet.runtime.calibration.CalibrationData;
import dev.lancet.runtime.calibration.GramMeasurement;
import dev.lancet.runtime.calibration.ReferenceOutputs;
import dev.lancet.runtime.source.ModelSource;
import java.util.List;

/**
 * The uniform settings of a model, one precision for all layers, with their calibrated quality on held-out rows. Unlike
 * {@link BudgetSearch} it measures every one of them that fits.
 */
public final class UniformSettings implements AutoCloseable {

    private final ModelSource source;
    private final Progress progress;
    private final PlanTrial trial;
    private final ReferenceOutputs heldOut;

    /** Measures the inputs of the layers. */
    public UniformSettings(ModelSource source, CalibrationData data, Progress progress) {
        this.source = source;
        this.progress = progress;
        trial = new PlanTrial(source, GramMeasurement.of(source, data, progress));
        heldOut = trial.reference(data.heldOut());
    }

    /** The settings that take no more than this number of bytes. */
    public List<BudgetSearch.Tried> within(long bytes) {
        return StorageCandidates.PRECISIONS.stream()
                .filter(precision -> plan(precision).bytesAfter() <= bytes)
                .map(precision -> measure(precision.toString(), plan(precision)))
                .toList();
    }

    /** A plan with its quality on the held-out rows. */
    public BudgetSearch.Tried measure(String setting, Plan plan) {
        return new BudgetSearch.Tried(setting, plan, trial.measure(plan, heldOut, progress));
    }

    private Plan plan(Precision precision) {
        Plan plan = source.plan();
        List<Step> steps = plan.steps().stream()
                .map(step -> free(step) ? step.stored(precision, precision.toString()) : step)
                .toList();
        return plan.with(steps);
    }

    private boolean free(Step step) {
        return step.keeps()
                && !source.constraints().fixed().containsKey(step.weight().name());
    }

    @Override
    public void close() {
        trial.close();
    }
}
