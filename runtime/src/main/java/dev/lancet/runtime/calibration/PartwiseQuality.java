package dev.lancet.runtime.calibration;

import dev.lancet.dsl.LancetException;
import dev.lancet.io.Progress;
import dev.lancet.runtime.device.ResolvedDevice;
import dev.lancet.runtime.source.DeclaredSource;
import dev.lancet.runtime.train.graph.Examples;
import dev.lancet.surgery.BlueprintParts;
import java.util.List;
import java.util.Map;

/**
 * Compares the predictions of two declared models part by part. In memory are the weights of one part and the activations of
 * all rows; only the heads of both run together.
 */
final class PartwiseQuality {

    /** The most tokens in a run: the logits of both models are in memory. */
    private static final int TOKENS_A_RUN = 1024;

    private final DeclaredSource original;
    private final DeclaredSource smaller;
    private final Examples rows;
    private final ResolvedDevice device;

    PartwiseQuality(DeclaredSource original, DeclaredSource smaller, Examples rows, ResolvedDevice device) {
        if (original.transformer().vocabulary() != smaller.transformer().vocabulary()) {
            throw new LancetException("quality: " + original.transformer().name() + " predicts "
                    + original.transformer().vocabulary() + " tokens, the smaller model "
                    + smaller.transformer().vocabulary() + "; compare models with the same vocabulary");
        }
        this.original = original;
        this.smaller = smaller;
        this.rows = rows;
        this.device = device;
    }

    Quality measure(Progress progress) {
        List<ModelPart> before = ModelPart.of(original.transformer(), original.plan());
        List<ModelPart> after = ModelPart.of(smaller.transformer(), smaller.plan());
        try (Progress.Task task = progress.begin("quality", before.size() + after.size());
                Activations first = activations(original);
                Activations second = activations(smaller)) {
            advance(original, before, first, task, 0);
            advance(smaller, after, second, task, before.size());
            QualityMeter meter = new QualityMeter(true);
            try (RunningPart head = open(original, before, before.size() - 1);
                    RunningPart smallerHead = open(smaller, after, after.size() - 1)) {
                for (int i = 0; i < first.batches(); i++) {
                    meter.add(first.rows(i), logits(first, head, i), logits(second, smallerHead, i));
                }
            }
            task.advance(before.size() + after.size(), "");
            return meter.quality();
        }
    }

    private Activations activations(DeclaredSource source) {
        return Activations.of(rows, TOKENS_A_RUN, source.transformer().width());
    }

    private void advance(
            DeclaredSource source, List<ModelPart> parts, Activations activations, Progress.Task task, int done) {
        for (int i = 0; i < parts.size() - 1; i++) {
            try (RunningPart running = open(source, parts, i)) {
                activations.advance(running, List.of(), (values, some, first) -> {});
            }
            task.advance(done + i + 1, "");
        }
    }

    private RunningPart open(DeclaredSource source, List<ModelPart> parts, int index) {
        return RunningPart.open(parts.get(index), source.weights(), device);
    }

    private static Map<String, float[]> logits(Activations activations, RunningPart head, int batch) {
        return Map.of(
                RunningModel.LOGITS,
                activations.run(head, batch, List.of(BlueprintParts.LOGITS)).get(0));
    }
}
