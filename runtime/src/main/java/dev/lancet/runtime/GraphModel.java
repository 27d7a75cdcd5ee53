package dev.lancet.runtime;

import dev.lancet.compression.Fidelity;
import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.runtime.imported.ImportedCompression;
import dev.lancet.runtime.progress.Progress;
import dev.lancet.runtime.train.Examples;
import dev.lancet.runtime.train.GraphEvaluator;
import dev.lancet.runtime.train.GraphTrainer;
import dev.lancet.runtime.train.TrainingLog;
import dev.lancet.surgery.imported.ImportedModel;
import dev.lancet.surgery.imported.ImportedSurgery;
import dev.lancet.surgery.imported.Objective;
import dev.lancet.surgery.imported.TrainableGraph;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model that somebody else wrote as a graph, with weights: it can be made smaller, trained on a loss over one of its
 * outputs, asked and saved. It is a value; each verb gives another one. Native memory is taken while a verb runs.
 *
 * <pre>{@code
 * GraphModel.open(Path.of("classifier"))
 *         .compress(Compression.keepAll().on(linears()).factorise(ratio(0.3)))
 *         .train(examples, crossEntropy("output_0"), adamW(200, 1e-3))
 *         .save(Path.of("classifier-small"));
 * }</pre>
 *
 * <p>What runs is the graph that was saved, which is the model as it answers: dropout is not in it, and averages of batch
 * normalisation stay as they are. What is stored in 8 or 4 bits is frozen.
 */
public final class GraphModel {

    private final ImportedModel model;
    private final Plan plan;
    private final ImportedSurgery operation;
    private final Map<String, ByteBuffer> values;
    private final List<Fidelity> losses;
    private final Optional<TrainingLog> log;
    private final Progress progress;

    private GraphModel(
            ImportedModel model,
            Plan plan,
            ImportedSurgery operation,
            Map<String, ByteBuffer> values,
            List<Fidelity> losses,
            Optional<TrainingLog> log,
            Progress progress) {
        this.model = model;
        this.plan = plan;
        this.operation = operation;
        this.values = values;
        this.losses = List.copyOf(losses);
        this.log = log;
        this.progress = progress;
    }

    /**
     * A SavedModel folder or a frozen graph.
     *
     * @throws LancetException if it is neither, or damaged
     */
    public static GraphModel open(Path path) {
        ImportedModel model = ImportedModel.open(path);
        Plan plan = model.plan();
        return new GraphModel(
                model,
                plan,
                ImportedSurgery.operate(model, plan),
                Map.of(),
                List.of(),
                Optional.empty(),
                Progress.silent());
    }

    /** The same, and long work says how far it is. */
    public GraphModel progress(Progress progress) {
        return new GraphModel(model, plan, operation, values, losses, log, progress);
    }

    /** In which form each weight is stored. */
    public Plan plan() {
        return plan;
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
        return ImportedCompression.plan(model, compression, progress);
    }

    /** A smaller model. */
    public GraphModel compress(Compression compression) {
        return compress(planFor(compression));
    }

    /**
     * A smaller model.
     *
     * @param into a plan of this model
     * @throws LancetException if this one was made smaller or trained before, or a layer cannot be cut
     */
    public GraphModel compress(Plan into) {
        if (!values.isEmpty()) {
            throw new LancetException(
                    "compress: " + model.name() + " has other weights than its file already; compress it"
                            + " first and train it then, or save it and open what was saved");
        }
        ImportedCompression cut = ImportedCompression.of(model, into, progress);
        Map<String, ByteBuffer> stored = new LinkedHashMap<>();
        List<Fidelity> lost = cut.compress((name, elements) -> stored.put(
                name,
                ByteBuffer.allocate(elements.remaining())
                        .put(elements.duplicate())
                        .flip()));
        return new GraphModel(model, into, cut.operation(), stored, lost, Optional.empty(), progress);
    }

    /**
     * The same model with float weights that suit the examples better.
     *
     * @param objective the loss, over an output of a signature
     * @throws LancetException if an operator between a weight and the loss has no gradient (the message names node and
     *     operator; nothing has run), if the examples do not fit, or a loss is not a number
     */
    public GraphModel train(Examples examples, Objective objective, Training training) {
        TrainableGraph trainable = TrainableGraph.of(model, operation, plan, objective);
        GraphTrainer.Outcome outcome = new GraphTrainer(operation, trainable, plan, objective, training, progress)
                .train(examples, this::value);
        Map<String, ByteBuffer> better = new LinkedHashMap<>(values);
        outcome.values().forEach((name, floats) -> better.put(name, bytes(floats)));
        return new GraphModel(model, plan, operation, better, losses, Optional.of(outcome.log()), progress);
    }

    private static ByteBuffer bytes(float[] floats) {
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(Float.BYTES, floats.length))
                .order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(floats);
        return bytes;
    }

    private ByteBuffer value(String variable) {
        ByteBuffer own = values.get(variable);
        return (own == null ? model.read(variable) : own.duplicate()).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The numbers of an output for some rows, row by row. */
    public float[] output(Examples examples, String output) {
        return output(examples, Objective.crossEntropy(output));
    }

    /** The numbers of the output that an objective is about, row by row. */
    public float[] output(Examples examples, Objective objective) {
        return GraphEvaluator.read(operation, objective, examples, this::value);
    }

    /** The share of rows in which the largest score is that of the label. */
    public double accuracy(Examples examples, Objective objective) {
        float[] scores = output(examples, objective);
        int[] labels = examples.classes();
        if (labels.length == 0) {
            throw new LancetException("examples: they have no classes to compare with; give them with labels(...)");
        }
        int classes = scores.length / labels.length;
        int right = 0;
        for (int row = 0; row < labels.length; row++) {
            int best = 0;
            for (int i = 1; i < classes; i++) {
                best = scores[row * classes + i] > scores[row * classes + best] ? i : best;
            }
            right += best == labels[row] ? 1 : 0;
        }
        return (double) right / labels.length;
    }

    /**
     * Saves it with the signatures that it had: a frozen graph if the path ends in {@code .pb}, otherwise a SavedModel folder.
     *
     * @throws LancetException if something is there already, or it cannot be written
     */
    public void save(Path out) {
        if (Files.exists(out)) {
            throw new LancetException(out + ": is there already; give a path that is not");
        }
        ImportedSurgery.Arrays arrays = sink -> values.keySet().forEach(name -> sink.take(name, value(name)));
        if (String.valueOf(out.getFileName()).endsWith(".pb")) {
            operation.freeze(out, arrays);
        } else {
            operation.saveModel(out, arrays, values.keySet());
        }
    }
}
