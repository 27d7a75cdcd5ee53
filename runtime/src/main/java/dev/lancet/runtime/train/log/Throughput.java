package dev.lancet.runtime.train.log;

import java.util.List;

/** The speed of training steps. */
public final class Throughput {

    private static final int WARM_UP = 3;

    private Throughput() {}

    /** Tokens per second of the median step, without the first three steps, which warm up. */
    public static double median(List<TrainingLog.Point> points, long tokensPerStep) {
        double[] times = points.stream()
                .skip(points.size() > 2 * WARM_UP ? WARM_UP : 0)
                .mapToDouble(TrainingLog.Point::milliseconds)
                .sorted()
                .toArray();
        return tokensPerStep / times[times.length / 2] * 1e3;
    }
}
