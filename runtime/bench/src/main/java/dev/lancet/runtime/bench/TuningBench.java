package dev.lancet.runtime.bench;

import dev.lancet.dsl.Precision;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.io.Progress;
import dev.lancet.io.TemporaryFolder;
import dev.lancet.runtime.memory.ResidentMemory;
import dev.lancet.runtime.train.ParameterUpdates;
import dev.lancet.runtime.train.TrainingForm;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Compares the memory of two fine-tunings of one model: all weights in float32 with AdamW, and adapters beside weights in
 * int4(64). Each side trains in its own JVM, and so does nothing, whose peak is subtracted.
 */
public final class TuningBench {

    private static final double MB = 1 << 20;
    private static final int GROUP = 64;
    private static final double RATE = 1e-4;

    private TuningBench() {}

    /** A side of the comparison. */
    enum Kind {
        EMPTY,
        FULL,
        ADAPTER
    }

    /**
     * What a child process trains.
     *
     * @param kind all weights, adapters, or nothing
     * @param preset the model, and the sequences in a step
     * @param lora rank of the adapters
     * @param checkpointing whether blocks are recomputed in the backward pass
     */
    record Side(Kind kind, Preset preset, int lora, boolean checkpointing) {

        boolean trains() {
            return kind != Kind.EMPTY;
        }

        List<String> arguments() {
            return List.of(
                    kind.name(),
                    preset.name(),
                    String.valueOf(preset.transformer().layers()),
                    String.valueOf(preset.transformer().context()),
                    String.valueOf(preset.batch()),
                    String.valueOf(lora),
                    String.valueOf(checkpointing));
        }

        static Side parse(String... arguments) {
            Preset preset = Preset.named(arguments[1])
                    .sized(
                            Optional.of(Integer.valueOf(arguments[2])),
                            Optional.of(Integer.valueOf(arguments[3])),
                            Optional.of(Integer.valueOf(arguments[4])));
            return new Side(
                    Kind.valueOf(arguments[0]),
                    preset,
                    Integer.parseInt(arguments[5]),
                    Boolean.parseBoolean(arguments[6]));
        }

        Plan plan() {
            return kind == Kind.ADAPTER
                    ? new BenchmarkCase(preset, 0, Precision.int4(GROUP), 1)
                            .adapted(lora)
                            .plan()
                    : new BenchmarkCase(preset, 0, Precision.float32(), 1).plan();
        }

        Training training(int steps) {
            Training training =
                    Training.adamW(steps, RATE).batch(preset.batch()).seed(BenchmarkCase.SEED);
            return training.execution(training.execution().checkpointing(checkpointing));
        }

        /** The bytes that are known before anything runs, and the rest of a peak. */
        Map<String, Object> parts(long peak) {
            TrainingForm form = TrainingForm.of(plan());
            long trained = form.trainable().stream().mapToLong(ArraySpec::bytes).sum();
            long moments =
                    ParameterUpdates.state(form.trainable(), ParameterUpdates.updates(form, training(1))).stream()
                                    .mapToLong(ArraySpec::bytes)
                                    .sum()
                            - trained;
            Map<String, Object> parts = new LinkedHashMap<>();
            parts.put("weights_mb", mb(plan().bytesAfter()));
            parts.put("gradients_mb", mb(trained));
            parts.put("moments_mb", mb(moments));
            parts.put("activations_mb", mb(peak - plan().bytesAfter() - trained - moments));
            return parts;
        }
    }

    /**
     * Measures both sides.
     *
     * @param preset the model, and the sequences in a step
     * @param lora rank of the adapters beside every linear layer except the head
     * @param checkpointing whether both sides recompute blocks in the backward pass
     */
    public static BenchmarkResult run(Preset preset, int lora, boolean checkpointing, Progress progress) {
        if (ResidentMemory.here().isEmpty()) {
            throw MemoryBench.cannotBeMeasured();
        }
        Side full = new Side(Kind.FULL, preset, lora, checkpointing);
        Side adapter = new Side(Kind.ADAPTER, preset, lora, checkpointing);
        try (Progress.Task task = progress.begin("memory of fine-tuning", 3)) {
            long empty = peak(new Side(Kind.EMPTY, preset, lora, checkpointing));
            task.advance(1, "empty");
            long fullPeak = peak(full) - empty;
            task.advance(2, "full");
            long adapterPeak = peak(adapter) - empty;
            task.advance(3, "adapter");
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("bench", "tune");
            fields.put("preset", preset.name());
            fields.put("params", preset.transformer().parameters());
            fields.put("batch", preset.batch());
            fields.put("seq", preset.transformer().context());
            fields.put("lora", lora);
            fields.put("precision", Precision.int4(GROUP).toString());
            fields.put("checkpointing", checkpointing);
            fields.put("empty_mb", mb(empty));
            fields.put("full_mb", mb(fullPeak));
            fields.put("adapter_mb", mb(adapterPeak));
            fields.put("ratio", BenchmarkResult.rounded((double) fullPeak / adapterPeak, 2));
            fields.put("full", full.parts(fullPeak));
            fields.put("adapter", adapter.parts(adapterPeak));
            return new BenchmarkResult(fields);
        }
    }

    private static double mb(long bytes) {
        return BenchmarkResult.rounded(bytes / MB, 1);
    }

    private static long peak(Side side) {
        try (TemporaryFolder folder = TemporaryFolder.create("lancet-bench")) {
            Path errors = folder.path().resolve("errors.txt");
            String what = "tune " + side.kind().name().toLowerCase(Locale.ROOT);
            String last = FreshJvm.lastLine(what, TuningChild.class, side.arguments(), errors);
            String[] words = last.split(" ", -1);
            if (words.length != 2 || !words[0].equals("peak")) {
                throw FreshJvm.noMeasurement(what, last);
            }
            return Long.parseLong(words[1]);
        }
    }
}
