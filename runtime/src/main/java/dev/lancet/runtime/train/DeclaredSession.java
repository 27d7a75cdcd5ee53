package dev.lancet.runtime.train;

import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.recipe.Optimizer;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.runtime.cluster.WorkerGroup;
import dev.lancet.runtime.engine.Engine;
import dev.lancet.runtime.engine.TensorTransfer;
import dev.lancet.runtime.memory.AllocatorPeak;
import dev.lancet.runtime.train.state.ArraySnapshot;
import dev.lancet.runtime.train.state.StepRange;
import dev.lancet.surgery.gradient.LossScale;
import dev.lancet.surgery.pass.GradientReduction;
import dev.lancet.surgery.rule.GuideMatMul;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicReference;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;

/**
 * A declared model in training. If the model changes its form between two steps, another graph takes over the state that
 * both forms have.
 */
final class DeclaredSession implements TrainingSession {

    private final TrainingSetup setup;
    private TrainingForm form;
    private Engine engine;
    private final StepRange range;
    private final TrainingBatches data;
    private final PrefetchingBatches<TrainingBatch> batches;
    private final WorkerReports reports;
    private double guide;

    /**
     * A session that starts at a step, counted from 0.
     *
     * @param range the steps that it runs
     */
    DeclaredSession(TrainingSetup setup, int step, StepRange range) {
        this.setup = setup;
        this.range = range;
        Training training = setup.training();
        data = setup.data().batches(training, setup.sequence(), setup.share());
        batches = new PrefetchingBatches<>(
                data::at, (long) range.to() * training.execution().accumulate());
        form = setup.form(step);
        setup.share().require(form);
        long elements = form.trainable().stream().mapToLong(ArraySpec::elements).sum();
        reports = new WorkerReports(workers(), elements);
        engine = setup.open(form);
    }

    @Override
    public WorkerGroup workers() {
        return setup.passing().workers();
    }

    @Override
    public boolean stops(boolean wanted) {
        return reports.stops(wanted);
    }

    @Override
    public boolean scalesLoss() {
        return setup.passing().scaled();
    }

    @Override
    public long tokensPerStep() {
        return setup.training().tokensPerStep(setup.sequence());
    }

    @Override
    public String unit() {
        return "tokens";
    }

    @Override
    public boolean validates() {
        return data.validations() > 0;
    }

    @Override
    public String tooLittleHeldOut() {
        return data.tooLittleHeldOut();
    }

    @Override
    public OptionalDouble validationLoss() {
        if (!validates()) {
            return OptionalDouble.empty();
        }
        double sum = 0;
        double weights = 0;
        for (int i = 0; i < data.validations(); i++) {
            TrainingBatch batch = data.validation(i);
            sum += batch.weight() * loss(batch);
            weights += batch.weight();
        }
        return OptionalDouble.of(reports.mean(engine, sum, weights));
    }

    @Override
    public Engine engine() {
        return engine;
    }

    @Override
    public List<ArraySpec> state() {
        return ParameterUpdates.state(form, setup.training());
    }

    @Override
    public boolean guidedAt(int step) {
        return setup.form(step).guided();
    }

    /** Releases the memory of all weights; call {@link #restart} next. */
    void release() {
        engine.release();
    }

    /** Resets the session to its start. */
    void restart() {
        setup.start(engine, form);
    }

    /** From now on the session computes in the form of this step, with the step's weight of the dense twins. */
    @Override
    public void prepare(int step) {
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

    @Override
    public StepResult step(int step, Optional<LossScaler> scaler, boolean traced) {
        int parts = setup.training().execution().accumulate();
        int first = Math.multiplyExact(step, parts);
        double losses = 0;
        for (int part = 0; part < parts - 1; part++) {
            losses += accumulate(first + part, part == 0, scaler);
        }
        return step(losses, step, scaler, traced && !reports.several());
    }

    /** The optimiser step, on its last batch; {@code before} is the sum of the losses of the batches before it. */
    private StepResult step(double before, int step, Optional<LossScaler> scaler, boolean traced) {
        int parts = setup.training().execution().accumulate();
        int number = Math.multiplyExact(step, parts) + parts - 1;
        Training training = setup.training();
        int moves = range.moves(step) - scaler.map(LossScaler::skipped).orElse(0);
        Optimizer.AdamW adam = training.optimizer().adam();
        try (TFloat32 rate = TFloat32.scalarOf((float) range.rate(training, step));
                TFloat32 power1 = TFloat32.scalarOf((float) Math.pow(adam.beta1(), moves));
                TFloat32 power2 = TFloat32.scalarOf((float) Math.pow(adam.beta2(), moves));
                TFloat32 share = TFloat32.scalarOf((float) guide);
                TFloat32 scale = TFloat32.scalarOf(
                        scaler.map(LossScaler::factor).orElse(1.0).floatValue());
                TFloat32 told = reports.next(before);
                DropoutFeeds dropout = DropoutFeeds.training(form, number);
                BatchFeeds feeds = new BatchFeeds(batches.at(number))) {
            Session.Runner runner = dropout.into(feeds.into(scaled(led(share), scaler, scale)))
                    .feed("rate", rate)
                    .feed("beta1.power", power1)
                    .feed("beta2.power", power2)
                    .fetch("loss")
                    .fetch("grad.norm")
                    .addTarget("train");
            if (reports.several()) {
                runner.feed(GradientReduction.REPORT, told)
                        .fetch(GradientReduction.SUMMARY)
                        .fetch(GradientReduction.WAITED);
            }
            AtomicReference<AllocatorPeak> peak = new AtomicReference<>();
            try (Result result = traced ? engine.traced(runner, peak::set) : runner.run()) {
                double loss = (before + TensorTransfer.floats(result.get(0))[0]) / parts;
                double norm = TensorTransfer.floats(result.get(1))[0];
                if (!reports.several()) {
                    return new StepResult(loss, norm, Optional.ofNullable(peak.get()));
                }
                double waited = ((TFloat64) result.get(3)).getDouble();
                WorkerReports.StepSummary all = reports.read(TensorTransfer.floats(result.get(2)), waited, parts);
                return new StepResult(all.loss(), norm, Optional.empty(), Optional.of(all.communication()));
            }
        }
    }

    /**
     * Computes the gradients of a batch and adds them to those of the current step; {@code first} starts new sums.
     * Returns the loss.
     */
    private double accumulate(int number, boolean first, Optional<LossScaler> scaler) {
        try (DropoutFeeds dropout = DropoutFeeds.training(form, number)) {
            return loss(batches.at(number), first ? "accumulate.first" : "accumulate.more", scaler, dropout);
        }
    }

    /** The loss of a batch, without an update. */
    private double loss(TrainingBatch batch) {
        try (DropoutFeeds dropout = DropoutFeeds.off(form)) {
            return loss(batch, "loss", Optional.empty(), dropout);
        }
    }

    private static Session.Runner scaled(Session.Runner runner, Optional<LossScaler> scaler, TFloat32 scale) {
        return scaler.isPresent() ? runner.feed(LossScale.FED, scale) : runner;
    }

    private double loss(TrainingBatch batch, String target, Optional<LossScaler> scaler, DropoutFeeds dropout) {
        try (TFloat32 scale = TFloat32.scalarOf(
                        scaler.map(LossScaler::factor).orElse(1.0).floatValue());
                BatchFeeds feeds = new BatchFeeds(batch);
                TFloat32 share = TFloat32.scalarOf((float) guide);
                var result = dropout.into(feeds.into(scaled(led(share), scaler, scale)))
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

    @Override
    public void close() {
        batches.close();
        engine.close();
    }
}
