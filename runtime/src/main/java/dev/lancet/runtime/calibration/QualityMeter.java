package dev.lancet.runtime.calibration;

import dev.lancet.dsl.LancetException;
import dev.lancet.runtime.train.graph.Examples;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Compares the outputs of a smaller model with those of its original, batch by batch. */
final class QualityMeter {

    private final boolean language;
    private final LogitComparison logits = new LogitComparison();
    private final Map<String, OutputComparison> outputs = new LinkedHashMap<>();
    private int rows;

    QualityMeter(boolean language) {
        this.language = language;
    }

    /** Adds the outputs of both for the same rows. */
    void add(Examples some, Map<String, float[]> original, Map<String, float[]> smaller) {
        rows += some.count();
        original.forEach((name, before) -> {
            float[] after = smaller.get(name);
            if (after == null || after.length != before.length) {
                throw new LancetException("quality: the original has the output '" + name + "' with " + before.length
                        + " numbers, the smaller model has "
                        + (after == null ? smaller.keySet().toString() : after.length + " numbers")
                        + "; compare models with the same outputs");
            }
            if (language) {
                logits.add(some.ids(RunningModel.IDS), some.count(), before, after);
            } else {
                outputs.computeIfAbsent(name, any -> new OutputComparison()).add(some.count(), before, after);
            }
        });
    }

    Quality quality() {
        Map<String, OutputQuality> measured = new LinkedHashMap<>();
        outputs.forEach((name, comparison) -> measured.put(name, comparison.quality()));
        return new Quality(rows, language ? Optional.of(logits.quality()) : Optional.empty(), measured);
    }
}
