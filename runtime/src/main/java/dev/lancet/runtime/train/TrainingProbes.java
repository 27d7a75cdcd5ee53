package dev.lancet.runtime.train;

import dev.lancet.runtime.device.GpuMonitor;
import dev.lancet.runtime.device.ResolvedDevice;
import dev.lancet.runtime.train.state.StepRange;
import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * What is measured beside a training.
 *
 * @param traced the step whose memory is traced, counted from 0; if it is not said, the third of a training that keeps metrics
 * @param cards makes what watches the card while the training lasts
 */
public record TrainingProbes(OptionalInt traced, Supplier<GpuMonitor> cards) {

    /** In a training's first two steps TensorFlow still makes what it makes once. */
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

    /** Whether to trace a step; tracing costs time, so it is one in a training. */
    boolean traces(int step, StepRange range, boolean kept) {
        return traced.isPresent() ? traced.getAsInt() == step : kept && step == range.from() + THIRD;
    }
}
