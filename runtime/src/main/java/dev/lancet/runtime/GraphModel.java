package dev.lancet.runtime;

import dev.lancet.compression.Fidelity;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.dsl.weights.WeightsInMemory;
import dev.lancet.io.Progress;
import dev.lancet.runtime.calibration.CalibrationData;
import dev.lancet.runtime.compress.CalibratedCompression;
import dev.lancet.runtime.compress.CompressionJob;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.train.graph.Examples;
import dev.lancet.runtime.train.graph.GraphTrainer;
import dev.lancet.runtime.train.log.TrainingLog;
import dev.lancet.runtime.train.state.CheckpointPolicy;
import dev.lancet.surgery.imported.ImportedModel;
import dev.lancet.surgery.imported.ImportedSurgery;
import dev.lancet.surgery.imported.Objective;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A model that another tool wrote as a graph, with weights. It can be compressed, trained on a loss over one of its
 * outputs, evaluated and saved. The methods are those of {@link Model}: {@link #train} changes the model and returns it;
 * {@link #compress} returns a smaller model and leaves this one unchanged. Native memory is in use only while a method
 * runs. Only one thread may use a model at a time; a call while another thread computes throws an {@link
 * IllegalStateException}.
 *
 * <pre>{@code
 * GraphModel.open(Path.of("classifier"))
 *         .compress(Compression.keepAll().on(linears()).factorise(ratio(0.3)))
 *         .train(examples, crossEntropy("output_0"), adamW(200, 1e-3))
 *         .save(Path.of("classifier-small"));
 * }</pre>
 *
 * <p>Lancet runs the saved graph, which is the model for inference: it has no dropout, and the averages of batch
 * normalisation stay fixed. Weights stored in 8 or 4 bits are frozen.
 */
public final class GraphModel extends RunnableGraph {

    private final List<Fidelity> losses;
    private Optional<CalibratedCompression.Outcome> calibrated = Optional.empty();
    private Optional<TrainingLog> log = Optional.empty();

    private GraphModel(ImportedSurgery surgery, WeightsInMemory changed, List<Fidelity> losses) {
        super(surgery, changed);
        this.losses = List.copyOf(losses);
    }

    /**
     * Opens a SavedModel folder or a frozen graph.
     *
     * @throws LancetException if the path is neither, or damaged
     */
    public static GraphModel open(Path path) {
        return of(ImportedModel.open(path));
    }

    /** A model that is open already. */
    public static GraphModel of(ImportedModel model) {
        return new GraphModel(ImportedSurgery.operate(model, model.plan()), new WeightsInMemory(), List.of());
    }

    /** Reports the progress of long work. */
    public GraphModel progress(Progress watcher) {
        progress = watcher;
        return this;
    }

    /**
     * Chooses the device for training and inference; the default is {@link Device#auto}.
     *
     * @throws LancetException if the device does not exist; the message says why
     */
    public GraphModel on(Device wanted) {
        wanted.resolve();
        device = wanted;
        return this;
    }

    /** The error of every matrix that compression changed; empty if the model was not compressed. */
    public List<Fidelity> losses() {
        return losses;
    }

    /** What was measured when this model was made from a larger one with calibration; empty if it was not. */
    public Optional<CalibratedCompression.Outcome> calibrated() {
        return calibrated;
    }

    /** The log of the last training, or empty if there was none. */
    public Optional<TrainingLog> log() {
        return log;
    }

    /** The plan that a compression gives for this model. */
    public Plan planFor(Compression compression) {
        return job().plan(compression);
    }

    private CompressionJob job() {
        return new CompressionJob(asSource(), progress);
    }

    /** A smaller model; this one does not change. */
    public GraphModel compress(Compression compression) {
        return use.during("compression", () -> {
            CompressionJob job = job().by(compression);
            return converted(job, job.plan(compression));
        });
    }

    /**
     * A smaller model in the form of a plan; this one does not change.
     *
     * @param into a plan of this model
     * @throws LancetException if a layer cannot be compressed
     */
    public GraphModel compress(Plan into) {
        return converted(job(), into);
    }

    private GraphModel converted(CompressionJob job, Plan into) {
        WeightsInMemory arrays = new WeightsInMemory();
        List<Fidelity> lost = job.convert(into, tensor -> arrays.accept(tensor.copy()));
        return beside(into, arrays, lost);
    }

    /**
     * A smaller model, as {@code lancet compress --calibrate} makes it: fitted to rows, and after a recovery if one is wanted.
     * {@link #calibrated()} of the new model has the measured quality; this one does not change.
     *
     * @param data rows with an array for each input of the signature, see {@link CalibrationData#draw}
     * @param recover the most rows to train on in a recovery; 0 for none
     * @throws LancetException also if the rows do not fit the inputs, or if no form of the layers fits the budget
     */
    public GraphModel compress(Compression compression, CalibrationData data, long recover) {
        CalibratedCompression.InMemory smaller =
                use.during("compression", () -> new CalibratedCompression(asSource(), data, progress)
                        .recover(recover)
                        .convert(compression));
        GraphModel model = beside(
                smaller.outcome().plan(), smaller.arrays(), smaller.outcome().losses());
        model.calibrated = Optional.of(smaller.outcome());
        return model;
    }

    /** Another form of this model; arrays that are in neither keep their trained values. */
    private GraphModel beside(Plan into, WeightsInMemory arrays, List<Fidelity> lost) {
        ImportedSurgery cut = ImportedSurgery.operate(surgery.model(), into);
        for (ArraySpec array : into.arrays()) {
            boolean kept = changed.find(array.name()).filter(array::equals).isPresent();
            if (kept && arrays.find(array.name()).isEmpty()) {
                arrays.accept(changed.read(array.name()));
            }
        }
        GraphModel smaller = new GraphModel(cut, arrays, lost);
        smaller.progress = progress;
        smaller.device = device;
        return smaller;
    }

    /** A new model with factors and corrections multiplied out to float32 matrices; see {@link Plan#folded}. */
    public GraphModel fold() {
        asSource().requireFoldable();
        return compress(plan().folded());
    }

    /**
     * Trains the float weights on examples.
     *
     * @param objective the loss, over an output of a signature
     * @return this model
     * @throws LancetException if an operator between a weight and the loss has no gradient (the message names node
     *     and operator; nothing has run then), if the examples do not fit, or if a loss is not a number
     */
    public GraphModel train(Examples examples, Objective objective, Training training) {
        return train(examples, Examples.none(), objective, training);
    }

    /**
     * The same with validation on held-out examples; see {@link Training#validateEvery} and {@link Training#stopEarly}.
     *
     * @return this model
     */
    public GraphModel train(Examples examples, Examples heldOut, Objective objective, Training training) {
        return use.during("training", () -> train(examples, heldOut, objective, training, Optional.empty()));
    }

    /**
     * The same with metrics and states in a folder. If the folder has the state of an interrupted training of the same
     * model, examples and settings, the training can resume; the final weights are the same as without the interruption.
     *
     * @return this model
     */
    public GraphModel train(
            Examples examples, Examples heldOut, Objective objective, Training training, CheckpointPolicy checkpoints) {
        return use.during("training", () -> train(examples, heldOut, objective, training, Optional.of(checkpoints)));
    }

    private GraphModel train(
            Examples examples,
            Examples heldOut,
            Objective objective,
            Training training,
            Optional<CheckpointPolicy> checkpoints) {
        GraphTrainer trainer = new GraphTrainer(surgery, objective, training);
        GraphTrainer.GraphRun run = new GraphTrainer.GraphRun(device.resolve(), Optional.empty(), progress);
        GraphTrainer.Outcome outcome = checkpoints
                .map(policy -> trainer.train(examples, heldOut, this::value, run, policy))
                .orElseGet(() -> trainer.train(examples, heldOut, this::value, run));
        changed = WeightsInMemory.of(outcome.trained().with(changed));
        log = Optional.of(outcome.log());
        return this;
    }
}
