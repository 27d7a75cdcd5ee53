package dev.lancet.runtime.report;

import java.util.List;

/**
 * Losses of one model, and how fast it was trained.
 *
 * @param model whose they are
 * @param training at every recorded step
 * @param validation over held-out text
 * @param speed of every recorded step, tokens per second; none if it is not known
 */
public record ReportCurve(
        String model, List<CurvePoint> training, List<CurvePoint> validation, List<CurvePoint> speed) {
    public ReportCurve {
        training = List.copyOf(training);
        validation = List.copyOf(validation);
        speed = List.copyOf(speed);
    }

    /** Losses alone. */
    public ReportCurve(String model, List<CurvePoint> training, List<CurvePoint> validation) {
        this(model, training, validation, List.of());
    }
}
