package dev.lancet.runtime.bench;

import dev.lancet.dsl.recipe.Training;
import dev.lancet.runtime.Model;
import dev.lancet.runtime.progress.Progress;
import dev.lancet.runtime.train.TrainingLog;
import java.util.List;
import java.util.Map;

/** How long a training step takes: AdamW at a steady rate without clipping, on ids that mean nothing. */
public final class TrainingBench {

    private static final int WARM_UP = 3;
    private static final double RATE = 3e-4;

    private TrainingBench() {}

    /** Takes three steps that warm up, the first of which compiles, and then those that count. */
    public static Measured run(Trial trial, Progress progress) {
        if (trial.precision().quantized()) {
            throw new IllegalArgumentException("train: " + trial.precision() + " cannot be trained; take float32");
        }
        Preset preset = trial.preset();
        int sequence = preset.transformer().context();
        int tokens = preset.batch() * sequence;
        Training training = Training.adamW(WARM_UP + trial.steps(), RATE)
                .batch(preset.batch())
                .warmup(0)
                .floor(1)
                .clip(0)
                .seed(Trial.SEED);
        int[] ids = RandomIds.of(preset.transformer().vocabulary(), 4 * tokens + 1, Trial.SEED);
        try (Model model = Model.create(preset.transformer(), trial.plan(), Trial.SEED)
                .progress(progress)
                .train(ids, new int[0], training)) {
            List<TrainingLog.Point> points = model.log().orElseThrow().points();
            Timings times = new Timings(points.stream()
                    .skip(WARM_UP)
                    .map(TrainingLog.Point::milliseconds)
                    .toList());
            Map<String, Object> fields = Measured.begin("train", trial);
            fields.put("warmup", WARM_UP);
            fields.put("batch", preset.batch());
            fields.put("seq", sequence);
            fields.put("params", model.parameters());
            fields.put("first_step_ms", Measured.rounded(points.get(0).milliseconds(), 1));
            fields.put("ms_per_step", Measured.rounded(times.median(), 1));
            fields.put("ms_min", Measured.rounded(times.least(), 1));
            fields.put("tokens_per_s", Math.round(tokens / times.median() * 1e3));
            fields.put(
                    "loss",
                    List.of(
                            Measured.rounded(points.get(0).loss(), 4),
                            Measured.rounded(points.get(points.size() - 1).loss(), 4)));
            return Measured.end(fields);
        }
    }
}
