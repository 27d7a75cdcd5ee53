package dev.lancet.runtime.bench;

import dev.lancet.compression.FreshWeights;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.recipe.Arithmetic;
import dev.lancet.dsl.recipe.Execution;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.io.Progress;
import dev.lancet.runtime.cluster.ClusterSpec;
import dev.lancet.runtime.cluster.JoinSettings;
import dev.lancet.runtime.cluster.WorkerGroup;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.text.TokenIds;
import dev.lancet.runtime.train.PassSelection;
import dev.lancet.runtime.train.Trainer;
import dev.lancet.runtime.train.log.TrainingLog;
import java.util.Optional;
import java.util.Set;

/** A worker of {@link ClusterBench}: trains on random ids, and prints milliseconds of a step, share of communication, bytes sent. */
final class ClusterBenchProcess {

    private static final int WARM_UP = 3;
    private static final double RATE = 3e-4;

    private ClusterBenchProcess() {}

    /** {@code PRESET LAYERS SEQUENCE BATCH RANK STEPS ARITHMETIC --workers LIST --index I}. */
    public static void main(String[] arguments) {
        Preset preset =
                Preset.named(arguments[0]).sized(number(arguments[1]), number(arguments[2]), number(arguments[3]));
        int steps = Integer.parseInt(arguments[5]);
        BenchmarkCase benchmark = new BenchmarkCase(preset, Integer.parseInt(arguments[4]), Precision.float32(), steps);
        Execution execution = Execution.plain().arithmetic(Arithmetic.valueOf(arguments[6]));
        ClusterSpec spec = ClusterSpec.of(arguments[8], Integer.parseInt(arguments[10]));
        try (WorkerGroup group = WorkerGroup.join(spec, JoinSettings.usual(), Progress.silent())) {
            String line = measured(benchmark, execution, group);
            group.finish();
            System.out.println(line);
        }
        // TensorFlow's server cannot be stopped.
        System.exit(0);
    }

    private static Optional<Integer> number(String text) {
        return Optional.of(Integer.valueOf(text));
    }

    private static String measured(BenchmarkCase benchmark, Execution execution, WorkerGroup group) {
        Preset preset = benchmark.preset();
        int batch = preset.batch() * group.size();
        Training training = Training.adamW(WARM_UP + benchmark.steps(), RATE)
                .batch(batch)
                .warmup(0)
                .floor(1)
                .execution(execution)
                .seed(BenchmarkCase.SEED);
        int tokens = batch * preset.transformer().context();
        int[] ids = RandomIds.of(preset.transformer().vocabulary(), 4 * tokens + 1, BenchmarkCase.SEED);
        Plan plan = benchmark.plan();
        PassSelection selection =
                PassSelection.here(training, Set.of(), Device.cpu().resolve(), group);
        TrainingLog log = Trainer.of(preset.transformer(), plan, training, selection)
                .rehearse(new FreshWeights(preset.transformer(), BenchmarkCase.SEED).under(plan), TokenIds.of(ids))
                .log();
        TrainingLog timed = new TrainingLog(
                log.points().subList(WARM_UP, log.steps()),
                log.validations(),
                log.tokensPerSecond(),
                log.seconds(),
                log.best());
        Timings times = new Timings(
                timed.points().stream().map(TrainingLog.Point::milliseconds).toList());
        return times.median() + " " + timed.communicationShare().orElse(0) + " " + timed.bytesSent() / timed.steps();
    }
}
