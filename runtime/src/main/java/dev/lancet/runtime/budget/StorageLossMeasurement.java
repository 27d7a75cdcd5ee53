package dev.lancet.runtime.budget;

import dev.lancet.compression.Fidelity;
import dev.lancet.compression.calibration.Calibration;
import dev.lancet.compression.calibration.GramMatrices;
import dev.lancet.dsl.CompressionMethod;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.plan.StorageOption;
import dev.lancet.io.Progress;
import dev.lancet.runtime.calibration.MeasuredLosses;
import dev.lancet.runtime.calibration.ReferenceOutputs;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Measures what every form of every layer costs. The error of a layer's output is measured for each form. How much the
 * model suffers from an error of this layer is measured once, by one forward probe: the layer is rounded to 4 bits, the
 * distance of the model's outputs is measured, and divided by the squared error. The distance grows with the square of a
 * small error, so this predicts the loss of any other form. A probe needs no gradients, so it works for every graph.
 */
final class StorageLossMeasurement {

    /** Large enough to stand out from rounding noise, small enough for the model to stay near its original. */
    private static final Precision PROBE = Precision.int4(64);

    private final PlanTrial trial;
    private final LayerConversion conversion;
    private final Calibration calibration;

    /**
     * A measurement.
     *
     * @param trial runs the probes
     */
    StorageLossMeasurement(PlanTrial trial) {
        this.trial = trial;
        conversion = trial.conversion();
        calibration = trial.calibration();
    }

    /**
     * Measures these layers.
     *
     * @param probes the original on the rows of the probes
     * @param known losses that need not be measured; the others are added
     */
    List<MeasuredLayer> measure(FreeLayers layers, ReferenceOutputs probes, MeasuredLosses known, Progress progress) {
        List<MeasuredLayer> measured = new ArrayList<>();
        try (WorkerPool workers = new WorkerPool();
                Progress.Task task =
                        progress.begin("measure layers", layers.steps().size())) {
            for (Step layer : layers.steps()) {
                String name = layer.weight().name();
                double sensitivity = known.sensitivity(name).orElseGet(() -> sensitivity(layer, probes));
                List<StorageOption> forms = workers.all(
                        layers.forms(layer),
                        form -> new StorageOption(
                                form, known.loss(name, form(form)).orElseGet(() -> sensitivity * square(layer, form))));
                // Two shares of a small layer can lead to the same rank.
                known.add(
                        name,
                        sensitivity,
                        forms.stream()
                                .collect(Collectors.toMap(
                                        option -> form(option.step()), StorageOption::loss, (one, same) -> one)));
                measured.add(new MeasuredLayer(name, sensitivity, forms));
                task.advance(measured.size(), name);
            }
        }
        return List.copyOf(measured);
    }

    /** What tells a form from the other forms of a layer. */
    private static String form(Step step) {
        return step.precision()
                + (step.rank().isPresent() ? ", rank " + step.rank().getAsInt() : "")
                + step.correction().map(correction -> ", " + correction).orElse("");
    }

    /** The squared relative error of the layer's output in a form. */
    private double square(Step layer, Step form) {
        double error = conversion
                .convert(layer, form, Optional.of(calibration))
                .loss()
                .map(StorageLossMeasurement::error)
                .orElse(0.0);
        return error * error;
    }

    private double sensitivity(Step layer, ReferenceOutputs probes) {
        GramMatrices grams = calibration.grams();
        Step rounded = layer.stored(PROBE, "probe");
        LayerConversion.ConvertedLayer converted = conversion.convert(
                layer,
                rounded,
                Optional.of(
                        new Calibration(grams, calibration.algebra(), weight -> List.of(CompressionMethod.NEAREST))));
        double error = converted.loss().map(StorageLossMeasurement::error).orElse(0.0);
        if (error == 0) {
            return 0;
        }
        double distance = trial.measure(
                        layer.weight().name(), conversion.dense(rounded, layer, converted.arrays()), probes)
                .distance();
        return Math.max(0, distance) / (error * error);
    }

    /** The relative error of the layer's output; of the matrix itself if the layer's inputs are not known. */
    private static double error(Fidelity loss) {
        return loss.outputError().orElse(loss.relativeFrobenius());
    }
}
