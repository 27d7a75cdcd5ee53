package dev.lancet.runtime.calibration;

import dev.lancet.io.Progress;
import dev.lancet.runtime.device.ResolvedDevice;
import dev.lancet.runtime.source.ModelSource;
import dev.lancet.runtime.train.graph.Examples;

/** Measures how close a smaller model stays to its original on some rows. */
public final class QualityMeasurement {

    /** The most tokens in a run: the logits of both models are in memory. */
    private static final int TOKENS_A_RUN = 1024;

    private QualityMeasurement() {}

    /**
     * Compares two models on the same rows.
     *
     * @throws dev.lancet.dsl.LancetException if the rows do not fit the models, or their outputs differ in shape
     */
    public static Quality of(
            ModelSource original, ModelSource smaller, Examples rows, ResolvedDevice device, Progress progress) {
        try (RunningModel before = RunningModel.open(original, device);
                RunningModel after = RunningModel.open(smaller, device)) {
            return of(before, after, rows, progress);
        }
    }

    /**
     * Compares two running models on the same rows.
     *
     * @throws dev.lancet.dsl.LancetException if the rows do not fit the models, or their outputs differ in shape
     */
    public static Quality of(RunningModel original, RunningModel smaller, Examples rows, Progress progress) {
        QualityMeter meter = new QualityMeter(original.language());
        int batch = original.batch(rows, TOKENS_A_RUN);
        try (Progress.Task task = progress.begin("quality", rows.count())) {
            for (int from = 0; from < rows.count(); from += batch) {
                int to = Math.min(rows.count(), from + batch);
                Examples some = rows.between(from, to);
                meter.add(some, original.outputs(some), smaller.outputs(some));
                task.advance(to, "");
            }
        }
        return meter.quality();
    }
}
