package dev.lancet.runtime.bench;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.recipe.Arithmetic;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.io.Progress;
import dev.lancet.runtime.cluster.LocalWorkerProcesses;
import dev.lancet.runtime.cluster.ProcessorAffinity;
import dev.lancet.runtime.roofline.DeviceRates;
import dev.lancet.runtime.roofline.TrainingWork;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Compares the training of several workers on this machine with that of one of them. Every worker has the same number of
 * processors, and a batch of the preset's size; so N workers have N times the batch.
 */
public final class ClusterBench {

    private static final double MB = 1e6;

    /** Less of a step than this is not told from noise. */
    private static final double SMALLEST_SHARE = 0.01;

    private ClusterBench() {}

    private record Measured(double milliseconds, double communication, long bytes) {}

    /**
     * Measures one worker, then several.
     *
     * @param workers how many, at least 2
     * @param arithmetic float32 or bfloat16
     * @param errors where standard error of the workers is shown
     * @throws LancetException if there are fewer processors than workers, or a worker fails
     */
    public static BenchmarkResult run(
            BenchmarkCase benchmark, int workers, Arithmetic arithmetic, PrintStream errors, Progress progress) {
        Preset preset = benchmark.preset();
        List<String> arguments = List.of(
                preset.name(),
                String.valueOf(preset.transformer().layers()),
                String.valueOf(preset.transformer().context()),
                String.valueOf(preset.batch()),
                String.valueOf(benchmark.rank()),
                String.valueOf(benchmark.steps()),
                arithmetic.name());
        List<String> processors = ProcessorAffinity.share(workers);
        Measured one;
        Measured all;
        try (Progress.Task task = progress.begin("train with one worker, then with " + workers, 2)) {
            one = measured(arguments, processors.subList(0, 1), errors);
            task.advance(1, "");
            all = measured(arguments, processors, errors);
            task.advance(2, "");
        }
        int tokens = preset.batch() * preset.transformer().context();
        Map<String, Object> fields = BenchmarkResult.begin("cluster", benchmark);
        fields.put("dtype", arithmetic == Arithmetic.BFLOAT16 ? "bf16" : "fp32");
        fields.put("workers", workers);
        fields.put("batch_per_worker", preset.batch());
        fields.put("seq", preset.transformer().context());
        fields.put("params", benchmark.plan().parametersAfter());
        fields.put("one_ms_per_step", BenchmarkResult.rounded(one.milliseconds(), 1));
        fields.put("one_tokens_per_s", Math.round(tokens / one.milliseconds() * 1e3));
        fields.put("ms_per_step", BenchmarkResult.rounded(all.milliseconds(), 1));
        fields.put("tokens_per_s", Math.round(workers * tokens / all.milliseconds() * 1e3));
        fields.put("ratio", BenchmarkResult.rounded(workers * one.milliseconds() / all.milliseconds(), 3));
        fields.put("communication_share", BenchmarkResult.rounded(all.communication(), 3));
        fields.put("mb_sent_per_step", BenchmarkResult.rounded(all.bytes() / MB, 1));
        addRates(fields, benchmark, one, all, workers);
        return new BenchmarkResult(fields);
    }

    /**
     * What {@code lancet plan --cluster} needs to predict other trainings on such a machine. The optimizer is counted as
     * memory traffic, the rest of a step as arithmetic. What several workers take longer than one is counted as network, so
     * that rate contains what the backward pass hides, and how workers slow each other down.
     */
    private static void addRates(
            Map<String, Object> fields, BenchmarkCase benchmark, Measured one, Measured all, int workers) {
        Preset preset = benchmark.preset();
        TrainingWork work = TrainingWork.of(
                preset.transformer(),
                benchmark.plan(),
                Training.adamW(benchmark.steps(), 1).batch(preset.batch() * workers),
                workers);
        double seconds = one.milliseconds() / 1e3;
        double bandwidth = MemoryBandwidth.measured();
        double passes = Math.max(seconds - work.updateBytes() / bandwidth, seconds / 2);
        double network = Math.max(all.milliseconds() / 1e3 - seconds, seconds * SMALLEST_SHARE);
        fields.put(DeviceRates.FLOPS, Math.round(work.flops() / passes));
        fields.put(DeviceRates.MEMORY_BANDWIDTH, Math.round(bandwidth));
        fields.put(DeviceRates.NETWORK_BANDWIDTH, Math.round(all.bytes() / network));
    }

    private static Measured measured(List<String> arguments, List<String> processors, PrintStream errors) {
        try (LocalWorkerProcesses running =
                LocalWorkerProcesses.start(ClusterBenchProcess.class, arguments, processors, errors)) {
            String last = running.await(() -> false).strip().lines().reduce("", (before, line) -> line);
            String[] numbers = last.split(" ", -1);
            if (numbers.length != 3) {
                throw FreshJvm.noMeasurement("cluster: a worker", last);
            }
            return new Measured(
                    Double.parseDouble(numbers[0]), Double.parseDouble(numbers[1]), Long.parseLong(numbers[2]));
        }
    }

    /** The result as a table of one worker against several. */
    public static String table(BenchmarkResult result) {
        Map<String, Object> fields = result.fields();
        return String.format(
                Locale.ROOT,
                "%-10s %12s %12s %14s %12s%n%-10s %12s %12s %14s %12s%n%-10s %12s %12s %13.1f%% %12s%n%n%s times the"
                        + " tokens per second%n",
                "workers",
                "ms/step",
                "tokens/s",
                "communication",
                "MB/step",
                1,
                fields.get("one_ms_per_step"),
                fields.get("one_tokens_per_s"),
                "",
                "",
                fields.get("workers"),
                fields.get("ms_per_step"),
                fields.get("tokens_per_s"),
                100 * (fields.get("communication_share") instanceof Number share ? share.doubleValue() : Double.NaN),
                fields.get("mb_sent_per_step"),
                fields.get("ratio"));
    }
}
