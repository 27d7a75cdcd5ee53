package dev.lancet.runtime.train;

import dev.lancet.runtime.cluster.WorkerGroup;
import dev.lancet.runtime.engine.Engine;
import dev.lancet.runtime.train.log.TrainingLog;
import dev.lancet.surgery.pass.GradientReduction;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.tensorflow.Result;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/**
 * What the workers of a group tell each other with every step, beside their gradients: the losses of the batches before
 * the last one, whether one wants to stop, and how long each waited in the step before. For a single worker nothing of it
 * is in the graph.
 */
final class WorkerReports {

    /** Bytes of gradients that are sent together. */
    private static final long BUCKET = 8L << 20;

    private static final int LOSSES = 0;
    private static final int STOP = 1;
    private static final int WAITED = 2;
    private static final double MILLIS = 1e3;

    private final WorkerGroup group;
    private final long bytes;
    private boolean wanted;
    private boolean stopped;
    private double waited;

    /**
     * The reports of a worker.
     *
     * @param elements the number of elements of all gradients
     */
    WorkerReports(WorkerGroup group, long elements) {
        this.group = group;
        long floats = GradientReduction.bytesSent(group.size(), elements);
        bytes = group.bfloat16Gradients() ? floats / 2 : floats;
    }

    /** A graph in which the workers share their gradients; unchanged for a single worker. */
    static GraphDef reduced(GraphDef graph, Collection<String> trained, WorkerGroup group) {
        return group.size() == 1
                ? graph
                : new GradientReduction(
                                group.size(),
                                WAITED + group.size(),
                                BUCKET,
                                group.nextKeys(),
                                group.bfloat16Gradients())
                        .of(graph, trained);
    }

    /** Whether there is somebody to tell. */
    boolean several() {
        return group.size() > 1;
    }

    /** What this worker tells with a step; the caller closes it. */
    TFloat32 next(double losses) {
        float[] report = new float[WAITED + group.size()];
        report[LOSSES] = (float) losses;
        report[STOP] = wanted ? 1 : 0;
        report[WAITED + group.index()] = (float) waited;
        return TFloat32.tensorOf(Shape.of(report.length), DataBuffers.of(report));
    }

    /**
     * Reads what all workers told with a step.
     *
     * @param summary the sum of their losses, then the sum of their reports
     * @param seconds how long this worker waited
     * @param parts batches of a step
     */
    StepSummary read(float[] summary, double seconds, int parts) {
        stopped = summary[1 + STOP] > 0;
        waited = seconds;
        List<Double> times = new ArrayList<>();
        for (int worker = 0; worker < group.size(); worker++) {
            times.add(MILLIS * summary[1 + WAITED + worker]);
        }
        double loss = ((double) summary[0] + summary[1 + LOSSES]) / group.size() / parts;
        return new StepSummary(loss, new TrainingLog.Communication(times, bytes));
    }

    /**
     * What is known after a step.
     *
     * @param loss the mean over all batches of the step at all workers
     */
    record StepSummary(double loss, TrainingLog.Communication communication) {}

    /** Whether to stop after the last step, which all workers know; {@code wish} is sent with the next one. */
    boolean stops(boolean wish) {
        wanted = wish;
        return several() ? stopped : wish;
    }

    /** The mean loss over the validation batches of all workers. */
    double mean(Engine engine, double sum, double weights) {
        if (!several()) {
            return sum / weights;
        }
        try (TFloat64 part = TFloat64.vectorOf(sum, weights);
                Result result = engine.runner()
                        .feed(GradientReduction.PART, part)
                        .fetch(GradientReduction.TOTAL)
                        .run()) {
            TFloat64 total = (TFloat64) result.get(0);
            return total.getDouble(0) / total.getDouble(1);
        }
    }
}
