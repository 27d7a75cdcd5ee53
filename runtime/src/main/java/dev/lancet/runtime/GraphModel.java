package dev.lancet.runtime;

import dev.lancet.compression.Fidelity;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.dsl.weights.WeightsInMemory;
import dev.lancet.io.Progress;
import dev.lancet.runtime.compress.CompressionJob;
import dev.lancet.runtime.compress.GraphSource;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.device.ResolvedDevice;
import dev.lancet.runtime.train.graph.Examples;
import dev.lancet.runtime.train.graph.GraphEvaluator;
import dev.lancet.runtime.train.graph.GraphTrainer;
import dev.lancet.runtime.train.log.TrainingLog;
import dev.lancet.runtime.train.state.CheckpointPolicy;
import dev.lancet.runtime.train.state.Fingerprint;
import dev.lancet.runtime.train.state.TrainingFolder;
import dev.lancet.surgery.imported.ImportedModel;
import dev.lancet.surgery.imported.ImportedSurgery;
import dev.lancet.surgery.imported.Objective;
import dev.lancet.surgery.imported.writing.GraphWriter;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A model that others wrote as a graph, with weights: it can be made smaller, trained on a loss over one of its outputs, asked
 * and saved. The verbs are those of {@link Model}: {@link #train} changes the model and returns it, {@link #compress} gives a
 * smaller model beside it. Native memory is taken while a verb runs.
 *
 * <pre>{@code
 * GraphModel.open(Path.of("classifier"))
 *         .compress(Compression.keepAll().on(linears()).factorise(ratio(0.3)))
 *         .train(examples, crossEntropy("output_0"), adamW(200, 1e-3))
 *         .save(Path.of("classifier-small"));
 * }</pre>
 *
 * <p>What runs is the graph that was saved, which is the model as it answers: it has no dropout, and averages of batch
 * normalisation stay as they are. What is stored in 8 or 4 bits is frozen.
 */
public final class GraphModel {

    private final ImportedSurgery surgery;
    private final List<Fidelity> losses;
    private WeightsInMemory changed;
    private Optional<TrainingLog> log = Optional.empty();
    private Progress progress = Progress.silent();
    private Device device = Device.auto();

    private GraphModel(ImportedSurgery surgery, WeightsInMemory changed, List<Fidelity> losses) {
        this.surgery = surgery;
        this.changed = changed;
        this.losses = List.copyOf(losses);
    }

    /**
     * A SavedModel folder or a frozen graph.
     *
     * @throws LancetException if it is neither, or damaged
     */
    public static GraphModel open(Path path) {
        ImportedModel model = ImportedModel.open(path);
        return new GraphModel(ImportedSurgery.operate(model, model.plan()), new WeightsInMemory(), List.of());
    }

    /** Lets long work say how far it is. */
    public GraphModel progress(Progress watcher) {
        progress = watcher;
        return this;
    }

    /**
     * Lets it train and answer on a device; {@link Device#auto} if not said.
     *
     * @throws LancetException if the device is not there; the message says why
     */
    public GraphModel on(Device wanted) {
        wanted.resolve();
        device = wanted;
        return this;
    }

    /** In which form each weight is stored. */
    public Plan plan() {
        return surgery.plan();
    }

    /** What every matrix lost when the model was made smaller; none if it was not. */
    public List<Fidelity> losses() {
        return losses;
    }

    /** How the last training went, or empty if there was none. */
    public Optional<TrainingLog> log() {
        return log;
    }

    /** The plan by which this model would be made smaller. */
    public Plan planFor(Compression compression) {
        return job().plan(compression);
    }

    private CompressionJob job() {
        return new CompressionJob(new GraphSource(surgery.model(), plan(), weights()), progress);
    }

    /** A smaller model beside this one. */
    public GraphModel compress(Compression compression) {
        return compress(planFor(compression));
    }

    /**
     * A smaller model beside this one.
     *
     * @param into a plan of this model
     * @throws LancetException if a layer cannot be cut
     */
    public GraphModel compress(Plan into) {
        ImportedSurgery cut = ImportedSurgery.operate(surgery.model(), into);
        WeightsInMemory arrays = new WeightsInMemory();
        List<Fidelity> lost = job().convert(into, tensor -> arrays.accept(tensor.copy()));
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

    /** All stored arrays: those that compression and training made, and those of the model's files. */
    private Weights weights() {
        return changed.with(surgery.model());
    }

    /**
     * Gives the float weights values that suit the examples better.
     *
     * @param objective the loss, over an output of a signature
     * @return this model
     * @throws LancetException if an operator between a weight and the loss has no gradient (the message names node and
     *     operator; nothing has run), if the examples do not fit, or a loss is not a number
     */
    public GraphModel train(Examples examples, Objective objective, Training training) {
        return train(examples, Examples.none(), objective, training, Optional.empty());
    }

    /**
     * The same, validated on examples that are held out; see {@link Training#validateEvery} and {@link Training#stopEarly}.
     *
     * @return this model
     */
    public GraphModel train(Examples examples, Examples heldOut, Objective objective, Training training) {
        return train(examples, heldOut, objective, training, Optional.empty());
    }

    /**
     * The same, with metrics and states kept in a folder. Where a training of the same model, examples and settings was cut off
     * there, it can go on, to the same weights as if it had not been.
     *
     * @return this model
     */
    public GraphModel train(
            Examples examples, Examples heldOut, Objective objective, Training training, CheckpointPolicy checkpoints) {
        return train(examples, heldOut, objective, training, Optional.of(checkpoints));
    }

    private GraphModel train(
            Examples examples,
            Examples heldOut,
            Objective objective,
            Training training,
            Optional<CheckpointPolicy> checkpoints) {
        GraphTrainer trainer = new GraphTrainer(surgery, objective, training);
        ResolvedDevice place = device.resolve();
        GraphTrainer.Outcome outcome;
        if (checkpoints.isEmpty()) {
            outcome = trainer.train(
                    examples, heldOut, this::value, new GraphTrainer.GraphRun(place, Optional.empty(), progress));
        } else {
            Fingerprint fingerprint = trainer.fingerprint(examples, heldOut, place);
            try (TrainingFolder folder = checkpoints.get().open(fingerprint)) {
                outcome = trainer.train(
                        examples,
                        heldOut,
                        this::value,
                        new GraphTrainer.GraphRun(place, Optional.of(folder), progress));
            }
        }
        changed = WeightsInMemory.of(outcome.trained().with(changed));
        log = Optional.of(outcome.log());
        return this;
    }

    private ByteBuffer value(String variable) {
        return changed.find(variable).isPresent()
                ? changed.read(variable).bytes()
                : surgery.model().bytes(variable);
    }

    /**
     * The numbers of an output for some rows, row by row.
     *
     * @return {@code [rows · the shape of the output]}
     */
    public float[] output(Examples examples, String output) {
        return output(examples, Objective.crossEntropy(output));
    }

    /**
     * The numbers of the output that an objective is about, row by row.
     *
     * @return {@code [rows · the shape of the output]}
     */
    public float[] output(Examples examples, Objective objective) {
        return GraphEvaluator.read(surgery, objective, examples, device.resolve(), this::value);
    }

    /** The share of rows in which the largest score is that of the label. */
    public double accuracy(Examples examples, Objective objective) {
        return GraphEvaluator.accuracy(output(examples, objective), examples.classes());
    }

    /**
     * Saves it with the signatures that it had: a frozen graph if the path ends in {@code .pb}, otherwise a SavedModel folder.
     *
     * @throws LancetException if something is there already, or it cannot be written
     */
    public void save(Path out) {
        try (GraphWriter writer = GraphWriter.create(out, surgery)) {
            changed.copyTo(writer);
            writer.finish();
        }
    }
}
