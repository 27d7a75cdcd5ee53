package dev.lancet.runtime.calibration;

import dev.lancet.io.Progress;
import dev.lancet.runtime.device.ResolvedDevice;
import dev.lancet.runtime.source.DeclaredSource;
import dev.lancet.runtime.source.ModelSource;
import dev.lancet.runtime.train.graph.Examples;

/** Measures how close a smaller model stays to its original on some rows. */
public final class QualityMeasurement {

    private QualityMeasurement() {}

    /**
     * Compares two models on the same rows. Of language models only one part is in memory at a time.
     *
     * @throws dev.lancet.dsl.LancetException if the rows do not fit the models, or their outputs differ in shape
     */
    public static Quality of(
            ModelSource original, ModelSource smaller, Examples rows, ResolvedDevice device, Progress progress) {
        if (original instanceof DeclaredSource before
                && smaller instanceof DeclaredSource after
                && before.transformer().continuesText()) {
            return new PartwiseQuality(before, after, rows, device).measure(progress);
        }
        try (RunningModel before = RunningModel.open(original, device);
                RunningModel after = RunningModel.open(smaller, device)) {
            return new ReferenceOutputs(before, rows).compare(after, progress);
        }
    }

    /**
     * Compares two running models on the same rows.
     *
     * @throws dev.lancet.dsl.LancetException if the rows do not fit the models, or their outputs differ in shape
     */
    public static Quality of(RunningModel original, RunningModel smaller, Examples rows, Progress progress) {
        return new ReferenceOutputs(original, rows).compare(smaller, progress);
    }
}
