package dev.lancet.runtime.bench;

import dev.lancet.compression.FreshWeights;
import dev.lancet.dsl.Role;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.recipe.Execution;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.io.Progress;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.text.TokenIds;
import dev.lancet.runtime.train.DtypeChoice;
import dev.lancet.runtime.train.PassSelection;
import dev.lancet.runtime.train.Trainer;
import dev.lancet.runtime.train.log.TrainingLog;
import dev.lancet.surgery.pass.Pass;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Measures how long a training step takes: AdamW at a constant rate without clipping, on random ids. */
public final class TrainingBench {

    private static final int WARM_UP = 3;
    private static final double RATE = 3e-4;

    private TrainingBench() {}

    /**
     * Measures in float32 with every pass on the processor, see {@link #run(BenchmarkCase, Execution, PassSelection,
     * Progress)}.
     */
    public static BenchmarkResult run(BenchmarkCase benchmark, Progress progress) {
        Execution plain = Execution.plain();
        return run(benchmark, plain, passing(benchmark, plain, Set.of(), Device.cpu()), progress);
    }

    /**
     * The passes for the graph of a case on a device, without the passes to leave out.
     *
     * @throws IllegalArgumentException if a pass to leave out would not run anyway, or if the execution asks for it
     */
    public static PassSelection passing(
            BenchmarkCase benchmark, Execution execution, Set<Pass> without, Device device) {
        return PassSelection.here(training(benchmark, execution), without, device.resolve());
    }

    /**
     * The number of parameters in matrix products with each token: all except vectors and tables that are only looked
     * up.
     */
    private static long products(Plan plan, boolean tied) {
        return plan.steps().stream()
                .filter(step ->
                        step.weight().role().linear() || (tied && step.weight().role() == Role.EMBEDDING))
                .mapToLong(Step::parameters)
                .sum();
    }

    private static long trained(Plan plan) {
        return plan.steps().stream()
                .flatMap(step -> step.adapterMatrices().stream())
                .mapToLong(matrix -> (long) matrix.rows() * matrix.columns())
                .sum();
    }

    private static Training training(BenchmarkCase benchmark, Execution execution) {
        return Training.adamW(WARM_UP + benchmark.steps() + 1, RATE)
                .batch(benchmark.preset().batch())
                .warmup(0)
                .floor(1)
                .clip(0)
                .execution(execution)
                .seed(BenchmarkCase.SEED);
    }

    /**
     * Runs three warm-up steps, the first of which includes compilation, then the steps to time, then one step whose
     * memory is traced.
     *
     * @param execution how a step is computed
     * @param selection the passes of the graph, and its device
     */
    public static BenchmarkResult run(
            BenchmarkCase benchmark, Execution execution, PassSelection selection, Progress progress) {
        if (benchmark.precision().narrow() && benchmark.adapter() == 0) {
            throw new IllegalArgumentException("train: " + benchmark.precision()
                    + " weights are frozen; add adapters to train, for" + " example --lora 8");
        }
        Preset preset = benchmark.preset();
        int sequence = preset.transformer().context();
        int tokens = execution.accumulate() * preset.batch() * sequence;
        Training training = training(benchmark, execution);
        int[] ids = RandomIds.of(preset.transformer().vocabulary(), 4 * tokens + 1, BenchmarkCase.SEED);
        Plan plan = benchmark.plan();
        Weights fresh = RandomQuantizedWeights.of(plan)
                .with(new FreshWeights(preset.transformer(), BenchmarkCase.SEED).under(plan));
        Trainer.Rehearsal rehearsal = Trainer.of(preset.transformer(), plan, training, selection)
                .progress(progress)
                .tracing(WARM_UP + benchmark.steps())
                .rehearse(fresh, TokenIds.of(ids));
        List<TrainingLog.Point> all = rehearsal.log().points();
        List<TrainingLog.Point> points = all.subList(0, all.size() - 1);
        Timings times = new Timings(points.stream()
                .skip(WARM_UP)
                .map(TrainingLog.Point::milliseconds)
                .toList());
        Map<String, Object> fields = BenchmarkResult.begin("train", benchmark);
        fields.put("device", selection.place().toString());
        fields.put("dtype", rehearsal.selection().dtype());
        rehearsal.selection().choice().flatMap(DtypeChoice::timing).ifPresent(timing -> {
            fields.put("auto_fp32_ms", BenchmarkResult.rounded(timing.float32(), 1));
            fields.put("auto_bf16_ms", BenchmarkResult.rounded(timing.bfloat16(), 1));
            fields.put("bf16_speedup", BenchmarkResult.rounded(timing.speedup(), 2));
        });
        fields.put("passes", rehearsal.selection().passes().toString());
        fields.put("warmup", WARM_UP);
        fields.put("batch", preset.batch());
        fields.put("seq", sequence);
        fields.put("params", plan.parametersAfter());
        fields.put("product_params", products(plan, preset.transformer().tiedHead()));
        if (plan.adapted()) {
            fields.put("lora", benchmark.adapter());
            fields.put("trained_params", trained(plan));
        }
        fields.put("first_step_ms", BenchmarkResult.rounded(points.get(0).milliseconds(), 1));
        fields.put("ms_per_step", BenchmarkResult.rounded(times.median(), 1));
        fields.put("ms_min", BenchmarkResult.rounded(times.least(), 1));
        fields.put("tokens_per_s", Math.round(tokens / times.median() * 1e3));
        fields.put(
                "loss",
                List.of(
                        BenchmarkResult.rounded(points.get(0).loss(), 4),
                        BenchmarkResult.rounded(points.get(points.size() - 1).loss(), 4)));
        points.get(points.size() - 1).scaled().ifPresent(last -> {
            fields.put("loss_scale", last.factor());
            fields.put(
                    "skipped_steps",
                    points.stream().filter(TrainingLog.Point::skipped).count());
        });
        all.get(points.size()).allocator().ifPresent(peak -> BenchmarkResult.put(fields, peak));
        return BenchmarkResult.end(fields);
    }
}
