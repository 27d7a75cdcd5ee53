package dev.lancet.runtime.report;

import java.util.List;

/**
 * The losses and the training speed of one model.
 *
 * @param model the name of the model
 * @param training training loss at every recorded step
 * @param validation loss over held-out text
 * @param speed tokens per second at every recorded step; empty if unknown
 */
public record TrainingCurves(
        String model, List<CurvePoint> training, List<CurvePoint> validation, List<CurvePoint> speed) {
    public TrainingCurves {
        training = List.copyOf(training);
        validation = List.copyOf(validation);
        speed = List.copyOf(speed);
    }

    /** A curve without speed. */
    public TrainingCurves(String model, List<CurvePoint> training, List<CurvePoint> validation) {
        this(model, training, validation, List.of());
    }
}
