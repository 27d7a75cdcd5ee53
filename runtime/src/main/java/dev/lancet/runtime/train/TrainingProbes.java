package dev.lancet.runtime.train;

import dev.lancet.runtime.device.GpuMonitor;
import dev.lancet.runtime.device.ResolvedDevice;
import dev.lancet.runtime.train.state.StepRange;
import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * Measurements during a training.
 *
 * @param traced the step whose memory is traced, counted from 0; if empty, the third step of a training with a
 *     metrics folder
 * @param cards makes the monitor of the GPU
 */
public record TrainingProbes(OptionalInt traced, Supplier<GpuMonitor> cards) {

    /** In a training's first two steps TensorFlow still does one-time work. */
    private static final int THIRD = 2;

    public static TrainingProbes on(ResolvedDevice device) {
        return new TrainingProbes(OptionalInt.empty(), () -> GpuMonitor.over(device));
    }

    TrainingProbes tracing(int step) {
        return new TrainingProbes(OptionalInt.of(step), cards);
    }

    GpuMonitor card() {
        return cards.get();
    }

    /** Whether to trace a step. Tracing costs time, so only one step of a training is traced. */
    boolean traces(int step, StepRange range, boolean kept) {
        return traced.isPresent() ? traced.getAsInt() == step : kept && step == range.from() + THIRD;
    }
}
