package dev.lancet.runtime.calibration;

import dev.lancet.io.Progress;
import dev.lancet.runtime.train.graph.Examples;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The outputs of an original model on some rows, computed once and kept for many comparisons if they are small, computed
 * anew otherwise.
 */
public final class ReferenceOutputs {

    /** The most tokens in a run: the outputs of both models are in memory. */
    private static final int TOKENS_A_RUN = 1024;

    /** The share of the Java heap that kept outputs may take. */
    private static final int HEAP_SHARE = 8;

    private final RunningModel original;
    private final Examples rows;
    private final int batch;
    private final List<Map<String, float[]>> kept = new ArrayList<>();
    private long bytes;

    /** The outputs of a running model; computed at the first comparison. */
    public ReferenceOutputs(RunningModel original, Examples rows) {
        this.original = original;
        this.rows = rows;
        batch = original.batch(rows, TOKENS_A_RUN);
    }

    /**
     * Compares a smaller model with the original.
     *
     * @throws dev.lancet.dsl.LancetException if the rows do not fit the models, or their outputs differ in shape
     */
    public Quality compare(RunningModel smaller, Progress progress) {
        QualityMeter meter = new QualityMeter(original.language());
        try (Progress.Task task = progress.begin("quality", rows.count())) {
            for (int from = 0; from < rows.count(); from += batch) {
                int to = Math.min(rows.count(), from + batch);
                Examples some = rows.between(from, to);
                meter.add(some, outputs(from / batch, some), smaller.outputs(some));
                task.advance(to, "");
            }
        }
        return meter.quality();
    }

    private Map<String, float[]> outputs(int index, Examples some) {
        if (index < kept.size()) {
            return kept.get(index);
        }
        Map<String, float[]> outputs = original.outputs(some);
        bytes += outputs.values().stream()
                .mapToLong(values -> (long) values.length * Float.BYTES)
                .sum();
        if (index == kept.size() && bytes <= Runtime.getRuntime().maxMemory() / HEAP_SHARE) {
            kept.add(outputs);
        }
        return outputs;
    }
}
