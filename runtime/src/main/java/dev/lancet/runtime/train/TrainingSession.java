package dev.lancet.runtime.train;

import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.recipe.Optimizer;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.runtime.engine.Engine;
import dev.lancet.runtime.engine.TensorTransfer;
import dev.lancet.runtime.memory.AllocatorPeak;
import dev.lancet.surgery.gradient.LossScale;
import dev.lancet.surgery.rule.GuideMatMul;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * One training in a session: runs a step, or only looks at a loss. Where the form of the model changes between two steps,
 * another graph takes over all that the steps have changed and that it has.
 */
final class TrainingSession implements AutoCloseable {

    /** What a step showed. */
    record Seen(double loss, double gradientNorm, Optional<AllocatorPeak> allocator) {
        boolean finite() {
            return Double.isFinite(loss) && Double.isFinite(gradientNorm);
        }
    }

    private final TrainingSetup setup;
    private TrainingForm form;
    private Engine engine;
    private double guide;

    /** A session that is to begin with this step, counted from 0. */
    TrainingSession(TrainingSetup setup, int step) {
        this.setup = setup;
        form = setup.form(step);
        engine = setup.open(form);
    }

    /** What the loss is to be multiplied by, if it is scaled at all. */
    Optional<LossScaler> scaled(LossScaler scaler) {
        return setup.passing().scaled() ? Optional.of(scaler) : Optional.empty();
    }

    Engine engine() {
        return engine;
    }

    /** All that a step changes now. */
    List<ArraySpec> state() {
        return ParameterUpdates.state(form, setup.training());
    }

    /** Whether factors have dense twins at a step; what is best there is not what the factors alone can do. */
    boolean guidedAt(int step) {
        return setup.form(step).guided();
    }

    /** Gets ready for a step: from then on it computes with its form, and with its share of the twins. */
    void turnTo(int step) {
        TrainingForm next = setup.form(step);
        if (next.guided() != form.guided()) {
            ArraySnapshot kept = new ArraySnapshot();
            kept.take(engine, ParameterUpdates.state(next, setup.training()));
            engine.close();
            engine = setup.open(next);
            kept.restore(engine);
            form = next;
        }
        Training training = setup.training();
        guide = training.guidance()
                .map(guidance -> guidance.at(step, training.steps()))
                .orElse(0.0);
    }

    /**
     * One optimiser step, counted from 0, on a batch {@code [batch, sequence + 1]}.
     *
     * @param traced whether to see what it takes of the memory too
     */
    Seen step(int[][] batch, StepRange range, int step, Optional<LossScaler> scaling, boolean traced) {
        Training training = setup.training();
        int moves = range.moves(step) - scaling.map(LossScaler::skipped).orElse(0);
        Optimizer.AdamW adam = training.optimizer().adam();
        try (TFloat32 rate = TFloat32.scalarOf((float) range.rate(training, step));
                TFloat32 power1 = TFloat32.scalarOf((float) Math.pow(adam.beta1(), moves));
                TFloat32 power2 = TFloat32.scalarOf((float) Math.pow(adam.beta2(), moves));
                TFloat32 share = TFloat32.scalarOf((float) guide);
                TFloat32 scale = TFloat32.scalarOf(
                        scaling.map(LossScaler::factor).orElse(1.0).floatValue());
                TInt32 ids = inputs(batch);
                TInt32 labels = labels(batch)) {
            Session.Runner runner = scaled(led(share), scaling, scale)
                    .feed("rate", rate)
                    .feed("beta1.power", power1)
                    .feed("beta2.power", power2)
                    .feed("ids", ids)
                    .feed("labels", labels)
                    .fetch("loss")
                    .fetch("grad.norm")
                    .addTarget("train");
            AtomicReference<AllocatorPeak> peak = new AtomicReference<>();
            try (Result result = traced ? engine.traced(runner, peak::set) : runner.run()) {
                return new Seen(
                        TensorTransfer.floats(result.get(0))[0],
                        TensorTransfer.floats(result.get(1))[0],
                        Optional.ofNullable(peak.get()));
            }
        }
    }

    /** Adds the gradients of a batch to those of the step under way, or begins with them; gives its loss. */
    double accumulate(int[][] batch, boolean first, Optional<LossScaler> scaling) {
        return loss(batch, first ? "accumulate.first" : "accumulate.more", scaling);
    }

    /** The loss of a batch, without a step. */
    double loss(int[][] batch) {
        return loss(batch, "loss", Optional.empty());
    }

    private static Session.Runner scaled(Session.Runner runner, Optional<LossScaler> scaling, TFloat32 scale) {
        return scaling.isPresent() ? runner.feed(LossScale.FED, scale) : runner;
    }

    private double loss(int[][] batch, String target, Optional<LossScaler> scaling) {
        try (TFloat32 scale = TFloat32.scalarOf(
                        scaling.map(LossScaler::factor).orElse(1.0).floatValue());
                TInt32 ids = inputs(batch);
                TInt32 labels = labels(batch);
                TFloat32 share = TFloat32.scalarOf((float) guide);
                var result = scaled(led(share), scaling, scale)
                        .feed("ids", ids)
                        .feed("labels", labels)
                        .fetch("loss")
                        .addTarget(target)
                        .run()) {
            return TensorTransfer.floats(result.get(0))[0];
        }
    }

    private Session.Runner led(TFloat32 share) {
        Session.Runner runner = engine.runner();
        return form.guided() ? runner.feed(GuideMatMul.GUIDE, share) : runner;
    }

    private static TInt32 inputs(int[][] batch) {
        return TensorTransfer.matrix(Arrays.stream(batch)
                .map(row -> Arrays.copyOf(row, row.length - 1))
                .toArray(int[][]::new));
    }

    private static TInt32 labels(int[][] batch) {
        return TensorTransfer.matrix(Arrays.stream(batch)
                .map(row -> Arrays.copyOfRange(row, 1, row.length))
                .toArray(int[][]::new));
    }

    @Override
    public void close() {
        engine.close();
    }
}
