package dev.lancet.runtime.train;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.recipe.Execution;
import dev.lancet.dsl.recipe.Optimizer;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.runtime.engine.Engine;
import dev.lancet.runtime.engine.TensorTransfer;
import dev.lancet.runtime.memory.ResidentMemory;
import dev.lancet.runtime.progress.Progress;
import dev.lancet.surgery.VariableLoading;
import dev.lancet.surgery.gradient.OptimizerStep;
import dev.lancet.surgery.gradient.ParameterUpdate;
import dev.lancet.surgery.imported.ImportedSurgery;
import dev.lancet.surgery.imported.Objective;
import dev.lancet.surgery.imported.TrainableGraph;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.tensorflow.Tensor;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.types.TFloat32;

/** Trains the float variables of somebody else's graph on a loss over one of its outputs; what is quantised stays as it is. */
public final class GraphTrainer {

    private final ImportedSurgery operation;
    private final Objective objective;
    private final Training training;
    private final Progress progress;
    private final GraphDef graph;
    private final List<String> trained;

    /**
     * Derives the graph that trains.
     *
     * @param trainable the forward graph with its loss
     * @param plan what was carried out on the model: by it each variable is moved as its layer says
     * @throws LancetException if an operator between a variable and the loss has no gradient; the message names node and
     *     operator
     */
    public GraphTrainer(
            ImportedSurgery operation,
            TrainableGraph trainable,
            Plan plan,
            Objective objective,
            Training training,
            Progress progress) {
        if (training.sequence().isPresent()) {
            throw new LancetException("sequence: " + training.sequence().getAsInt()
                    + " tokens; the examples of a graph have the length that they have, so leave it out");
        }
        if (training.guidance().isPresent()) {
            throw new LancetException(
                    "training: " + training.guidance().get().toString().substring(1)
                            + "; factors of a graph come from trained weights and need no guide, so leave it out");
        }
        if (!training.watch().toString().isEmpty()) {
            throw new LancetException("training: " + training.watch().toString().substring(1)
                    + "; a graph is validated by whoever trains it, between two trainings, so leave it out");
        }
        if (!training.execution().equals(Execution.plain())) {
            throw new LancetException("training: " + training.execution()
                    + "; a graph that others wrote is trained as it" + " is written, so leave it out");
        }
        this.operation = operation;
        this.objective = objective;
        this.training = training;
        this.progress = progress;
        ImportedGradients gradients = ImportedGradients.of(trainable);
        Set<String> reaching = Set.copyOf(gradients.trained());
        List<ParameterUpdate> updates = ParameterUpdates.updates(TrainingForm.of(plan), training).stream()
                .filter(update -> reaching.contains(update.variable()))
                .toList();
        trained = updates.stream().map(ParameterUpdate::variable).toList();
        Optimizer.AdamW adam = training.optimizer().adam();
        graph = VariableLoading.into(new OptimizerStep(adam.beta1(), adam.beta2(), adam.epsilon(), 0, training.clip())
                .each(gradients.graph(), updates));
    }

    /**
     * What came of it.
     *
     * @param values the trained variables, row by row
     * @param log one point a step; an example counts as a token
     */
    public record Outcome(Map<String, float[]> values, TrainingLog log) {
        public Outcome {
            values = Map.copyOf(values);
        }
    }

    /**
     * Trains.
     *
     * @param values the value of every variable to begin with
     * @throws LancetException if a loss is not a number, or the examples do not fit the signature
     */
    public Outcome train(Examples examples, Function<String, ByteBuffer> values) {
        check(examples);
        RowShuffle shuffle = new RowShuffle(examples.count(), training.batch(), training.seed());
        List<TrainingLog.Point> points = new ArrayList<>();
        long began = System.nanoTime();
        try (Engine engine = Engine.literal(graph);
                Progress.Task task = progress.begin("train", training.steps())) {
            load(engine, graph, values);
            engine.run("train.start");
            for (int step = 0; step < training.steps(); step++) {
                int[] rows = shuffle.at(step);
                TrainingLog.Point point = step(engine, examples.at(rows.length, i -> rows[i]), step);
                points.add(point);
                task.advance(step + 1, String.format(Locale.ROOT, "loss %.4f", point.loss()));
                if (progress.stopWanted() && step + 1 < training.steps()) {
                    throw new TrainingStoppedException(step + 1, training.steps(), false);
                }
            }
            Map<String, float[]> after = new LinkedHashMap<>();
            trained.forEach(name -> after.put(name, engine.floats(name)));
            double seconds = (System.nanoTime() - began) / 1e9;
            return new Outcome(
                    after,
                    new TrainingLog(
                            points, List.of(), Throughput.median(points, training.batch()), seconds, Optional.empty()));
        }
    }

    /** Sets the variables of a graph that {@link VariableLoading} went through, each that is among these nodes. */
    static void load(Engine engine, GraphDef graph, Function<String, ByteBuffer> values) {
        Set<String> slots = graph.getNodeList().stream()
                .map(NodeDef::getName)
                .filter(name -> name.endsWith(".grad"))
                .map(name -> name.substring(0, name.length() - ".grad".length()))
                .flatMap(name -> List.of(name + ".m", name + ".v").stream())
                .collect(Collectors.toSet());
        List<String> variables = graph.getNodeList().stream()
                .filter(node -> node.getOp().equals("VarHandleOp"))
                .map(NodeDef::getName)
                .filter(name -> !slots.contains(name))
                .toList();
        engine.assign(variables, values);
    }

    private void check(Examples examples) {
        if (examples.count() == 0) {
            throw new LancetException("examples: none; give at least one row");
        }
        if (objective.kind() == Objective.Kind.CROSS_ENTROPY) {
            int classes = objective.classes(operation.meta());
            for (int label : examples.classes()) {
                if (label < 0 || label >= classes) {
                    throw new LancetException("examples: the label " + label + " is none of the " + classes
                            + " classes of output '" + objective.output() + "', which are counted from 0");
                }
            }
        }
    }

    private TrainingLog.Point step(Engine engine, Examples batch, int step) {
        long start = System.nanoTime();
        Optimizer.AdamW adam = training.optimizer().adam();
        DataType labels = objective.kind() == Objective.Kind.CROSS_ENTROPY ? DataType.DT_INT32 : DataType.DT_FLOAT;
        try (GraphFeeds feeds = new GraphFeeds(engine.runner())) {
            feeds.put("rate", TFloat32.scalarOf((float) training.rateAt(step)));
            feeds.put("beta1.power", TFloat32.scalarOf((float) Math.pow(adam.beta1(), step + 1)));
            feeds.put("beta2.power", TFloat32.scalarOf((float) Math.pow(adam.beta2(), step + 1)));
            feeds.put(TrainableGraph.LABELS, batch.labels(labels));
            feeds.put(batch, objective.signatureOf(operation.meta()));
            try (var result = feeds.fetch(TrainableGraph.LOSS)
                    .fetch("grad.norm")
                    .target("train")
                    .run()) {
                double loss = scalar(result.get(0));
                double norm = scalar(result.get(1));
                if (!Double.isFinite(loss) || !Double.isFinite(norm)) {
                    throw new LancetException("loss: " + loss + " with gradient norm " + norm + " at step " + (step + 1)
                            + " of " + training.steps() + "; lower the rate, warm up longer or clip harder");
                }
                double milliseconds = (System.nanoTime() - start) / 1e6;
                long seen = (step + 1L) * batch.count();
                return new TrainingLog.Point(
                        step + 1, seen, loss, norm, training.rateAt(step), milliseconds, ResidentMemory.now());
            }
        }
    }

    private static double scalar(Tensor tensor) {
        return TensorTransfer.floats(tensor)[0];
    }
}
