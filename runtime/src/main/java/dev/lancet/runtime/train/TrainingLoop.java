package dev.lancet.runtime.train;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.io.Progress;
import dev.lancet.runtime.device.GpuMonitor;
import dev.lancet.runtime.engine.Engine;
import dev.lancet.runtime.memory.ResidentMemory;
import dev.lancet.runtime.train.log.Throughput;
import dev.lancet.runtime.train.log.TrainingLog;
import dev.lancet.runtime.train.state.ArraySnapshot;
import dev.lancet.runtime.train.state.ResumePoint;
import dev.lancet.runtime.train.state.StepRange;
import dev.lancet.runtime.train.state.TrainingFolder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Runs the steps of one training in one session: records each, checks it, and saves states if there is a folder. */
public final class TrainingLoop {

    private final TrainingSession session;
    private final Training training;
    private final StepRange range;
    private final Optional<TrainingFolder> folder;
    private final TrainingProbes probes;
    private final EarlyStopping earlyStopping;
    private final DivergenceDetector divergence;
    private final ArraySnapshot snapshot = new ArraySnapshot();
    private final List<TrainingLog.Point> points = new ArrayList<>();
    private final List<TrainingLog.Validation> validations = new ArrayList<>();
    private LossScaler scaler = LossScaler.after(List.of());

    public TrainingLoop(
            TrainingSession session,
            Training training,
            StepRange range,
            Optional<TrainingFolder> folder,
            TrainingProbes probes) {
        this.session = session;
        this.training = training;
        this.range = range;
        this.folder = folder;
        this.probes = probes;
        boolean last = range.to() == training.steps();
        earlyStopping = new EarlyStopping(last ? training.validation().early() : Optional.empty());
        divergence = new DivergenceDetector(training.validation().divergence());
        if (training.validation().early().isPresent() && !session.validates()) {
            throw new LancetException(
                    "stopEarly: " + session.tooLittleHeldOut() + "; hold out more, or leave stopEarly out");
        }
    }

    /** Runs the steps; afterwards the session has the final weights. */
    public TrainingLog run(Progress progress, String what) {
        long began = System.nanoTime();
        int step = begin();
        double before =
                points.stream().mapToDouble(TrainingLog.Point::milliseconds).sum() / 1e3;
        try (GpuMonitor gpu = probes.card();
                Progress.Task task = progress.begin(what, training.steps())) {
            for (; step < range.to() && !earlyStopping.enough(); step++) {
                TrainingLog.Point point = step(step, gpu);
                see(point);
                folder.ifPresent(f -> f.record(point));
                if (divergence.lost()) {
                    throw failed(point.step(), TrainingFailures.drifted(divergence, training.validation()));
                }
                if (divergence.calm() && !point.skipped()) {
                    folder.ifPresent(TrainingFolder::prove);
                }
                validate(point.step());
                folder.filter(f -> f.due(point.step()) || point.step() == range.to() || earlyStopping.enough())
                        .ifPresent(f -> f.keep(engine(), session.state(), point.step()));
                task.advance(point.step(), note(point));
                if (session.stops(progress.stopWanted()) && point.step() < range.to() && !earlyStopping.enough()) {
                    folder.ifPresent(f -> f.keep(engine(), session.state(), point.step()));
                    boolean kept = folder.isPresent() || !session.workers().chief();
                    throw new TrainingStoppedException(point.step(), training.steps(), kept);
                }
            }
        }
        earlyStopping
                .validation()
                .filter(it -> it.step() < points.get(points.size() - 1).step())
                .ifPresent(this::restoreBest);
        double seconds = before + (System.nanoTime() - began) / 1e9;
        return new TrainingLog(points, validations, speed(), seconds, earlyStopping.validation());
    }

    /** Restores the state of the folder, if any; returns the next step. */
    private int begin() {
        ResumePoint own =
                folder.map(f -> f.begin(engine(), session.state(), range)).orElseGet(() -> ResumePoint.nothing(range));
        ResumePoint resumed = StateBroadcast.of(session, own);
        resumed.points().forEach(this::see);
        resumed.validations().forEach(validation -> {
            validations.add(validation);
            if (!session.guidedAt(validation.step() - 1)) {
                earlyStopping.see(validation);
            }
        });
        earlyStopping.validation().ifPresent(it -> folder.ifPresent(f -> f.best(it.step())));
        return resumed.done();
    }

    /** A skipped step says nothing about the weights. */
    private void see(TrainingLog.Point point) {
        points.add(point);
        scaler = scaler.after(point.skipped());
        if (!point.skipped()) {
            divergence.see(point);
        }
    }

    private void restoreBest(TrainingLog.Validation validation) {
        folder.ifPresentOrElse(
                f -> f.restore(engine(), session.state(), validation.step()), () -> snapshot.restore(engine()));
        int last = points.get(points.size() - 1).step();
        folder.filter(f -> last < range.to())
                .ifPresent(f -> f.ended(last, "early, because step " + validation.step() + " was the best"));
    }

    private Engine engine() {
        return session.engine();
    }

    private TrainingLog.Point step(int step, GpuMonitor gpu) {
        session.prepare(step);
        long start = System.nanoTime();
        Optional<LossScaler> scaled = session.scalesLoss() ? Optional.of(scaler) : Optional.empty();
        boolean traced = probes.traces(step, range, folder.isPresent());
        TrainingSession.StepResult result = session.step(step, scaled, traced);
        double milliseconds = (System.nanoTime() - start) / 1e6;
        boolean skipped = !Double.isFinite(result.gradientNorm())
                && scaled.map(LossScaler::mayFall).orElse(false);
        if (!result.finite() && !skipped) {
            throw failed(step + 1, "loss: " + result.loss() + " with gradient norm " + result.gradientNorm());
        }
        return new TrainingLog.Point(
                step + 1,
                (step + 1) * session.tokensPerStep(),
                result.loss(),
                result.gradientNorm(),
                range.rate(training, step),
                milliseconds,
                ResidentMemory.now(),
                scaled.map(scale -> new TrainingLog.Scaled(scale.factor(), skipped)),
                gpu.since(),
                result.allocator(),
                result.communication());
    }

    private LancetException failed(int step, String what) {
        String where = what + " at step " + step + " of " + training.steps();
        folder.ifPresent(f -> f.ended(step, where));
        return TrainingFailures.of(where, training, folder, points);
    }

    private void validate(int step) {
        boolean look = training.validateEvery() > 0 && step % training.validateEvery() == 0;
        if (!session.validates() || !(look || step == training.steps())) {
            return;
        }
        double loss = session.validationLoss().orElseThrow();
        if (!Double.isFinite(loss)) {
            throw failed(step, "validation loss: " + loss);
        }
        TrainingLog.Validation validation = new TrainingLog.Validation(step, loss);
        validations.add(validation);
        folder.ifPresent(f -> f.record(validation));
        if (!session.guidedAt(step - 1) && earlyStopping.see(validation)) {
            folder.ifPresentOrElse(
                    f -> f.keepBest(engine(), session.state(), step), () -> snapshot.take(engine(), session.state()));
        }
    }

    private String note(TrainingLog.Point point) {
        double speed = session.tokensPerStep() / point.milliseconds() * 1e3;
        String loss = String.format(Locale.ROOT, "loss %.3f", point.loss());
        String held = validations.isEmpty()
                ? ""
                : String.format(
                        Locale.ROOT,
                        ", validation %.3f%s",
                        validations.get(validations.size() - 1).loss(),
                        earlyStopping.note());
        String communication = point.communication()
                .map(cost -> String.format(
                        Locale.ROOT, ", %.0f %% communication", 100 * cost.meanWaited() / point.milliseconds()))
                .orElse("");
        String memory = point.resident() == 0 ? "" : String.format(Locale.ROOT, ", %.2f GB", point.resident() / 1e9);
        String card = point.card()
                .map(use -> String.format(Locale.ROOT, ", card %.0f %%, %.2f GB", use.utilization(), use.bytes() / 1e9))
                .orElse("");
        String skipped = point.skipped() ? ", skipped: gradients overflowed in float16, their scale is halved" : "";
        return loss
                + held
                + String.format(Locale.ROOT, ", %,.0f %s/s", speed, session.unit())
                + communication
                + memory
                + card
                + skipped;
    }

    private double speed() {
        return Throughput.median(points, session.tokensPerStep());
    }
}
