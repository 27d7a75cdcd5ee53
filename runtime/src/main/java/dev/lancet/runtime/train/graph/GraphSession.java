package dev.lancet.runtime.train.graph;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.recipe.Optimizer;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.runtime.engine.Engine;
import dev.lancet.runtime.engine.TensorTransfer;
import dev.lancet.runtime.memory.AllocatorPeak;
import dev.lancet.runtime.train.LossScaler;
import dev.lancet.runtime.train.TrainingSession;
import dev.lancet.surgery.imported.Objective;
import dev.lancet.surgery.imported.TrainableGraph;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicReference;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.types.TFloat32;

/** An imported graph in training on examples. */
final class GraphSession implements TrainingSession {

    private static final int VALIDATION_BATCH = 256;

    private final Engine engine;
    private final List<ArraySpec> state;
    private final Training training;
    private final Objective objective;
    private final MetaGraphDef meta;
    private final Examples examples;
    private final Examples heldOut;
    private final RowShuffle shuffle;

    /**
     * A session whose engine has the initial weights.
     *
     * @param engine the engine with the training graph; the session closes it
     * @param state all arrays that a step changes
     * @param graph the signature and the loss
     * @param examples the examples to train on
     * @param heldOut the examples to validate on; none for no validation
     */
    GraphSession(Engine engine, List<ArraySpec> state, GraphLoss graph, Examples examples, Examples heldOut) {
        this.engine = engine;
        this.state = List.copyOf(state);
        this.training = graph.training();
        this.objective = graph.objective();
        this.meta = graph.meta();
        this.examples = examples;
        this.heldOut = heldOut;
        shuffle = new RowShuffle(examples.count(), training.batch(), training.seed());
    }

    /**
     * The training objective of a graph.
     *
     * @param meta the graph's signatures
     * @param objective the loss, over an output of one signature
     * @param training the settings
     */
    record GraphLoss(MetaGraphDef meta, Objective objective, Training training) {}

    @Override
    public void prepare(int step) {}

    @Override
    public StepResult step(int step, Optional<LossScaler> scaler, boolean traced) {
        int[] rows = shuffle.at(step);
        Optimizer.AdamW adam = training.optimizer().adam();
        try (GraphFeeds feeds = new GraphFeeds(engine.runner())) {
            feeds.put("rate", TFloat32.scalarOf((float) training.rateAt(step)));
            feeds.put("beta1.power", TFloat32.scalarOf((float) Math.pow(adam.beta1(), step + 1)));
            feeds.put("beta2.power", TFloat32.scalarOf((float) Math.pow(adam.beta2(), step + 1)));
            put(feeds, examples.at(rows.length, i -> rows[i]));
            feeds.fetch(TrainableGraph.LOSS).fetch("grad.norm").target("train");
            AtomicReference<AllocatorPeak> peak = new AtomicReference<>();
            try (Result result = feeds.run(runner -> traced ? engine.traced(runner, peak::set) : runner.run())) {
                return new StepResult(scalar(result.get(0)), scalar(result.get(1)), Optional.ofNullable(peak.get()));
            }
        }
    }

    /** The mean over all held-out examples. */
    @Override
    public OptionalDouble validationLoss() {
        if (!validates()) {
            return OptionalDouble.empty();
        }
        double sum = 0;
        int batch = GraphFeeds.fixedRows(objective.signatureOf(meta)).orElse(VALIDATION_BATCH);
        for (int from = 0; from < heldOut.count(); from += batch) {
            int to = Math.min(heldOut.count(), from + batch);
            try (GraphFeeds feeds = new GraphFeeds(engine.runner())) {
                put(feeds, heldOut.between(from, to));
                feeds.fetch(TrainableGraph.LOSS);
                try (Result result = feeds.run(Session.Runner::run)) {
                    sum += scalar(result.get(0)) * (to - from);
                }
            }
        }
        return OptionalDouble.of(sum / heldOut.count());
    }

    private void put(GraphFeeds feeds, Examples batch) {
        DataType labels = objective.kind() == Objective.Kind.CROSS_ENTROPY ? DataType.DT_INT32 : DataType.DT_FLOAT;
        feeds.put(TrainableGraph.LABELS, batch.labels(labels));
        feeds.put(batch, objective.signatureOf(meta));
    }

    private static double scalar(Tensor tensor) {
        return TensorTransfer.floats(tensor)[0];
    }

    /**
     * Checks that there are examples and that they fit the objective.
     *
     * @throws LancetException if there are none, or if a label is not a class of the output
     */
    static void check(Examples examples, Objective objective, MetaGraphDef meta) {
        if (examples.count() == 0) {
            throw new LancetException("examples: none; give at least one row");
        }
        if (objective.kind() == Objective.Kind.CROSS_ENTROPY) {
            int classes = objective.classes(meta);
            for (int label : examples.classes()) {
                if (label < 0 || label >= classes) {
                    throw new LancetException("examples: the label " + label + " is not one of the " + classes
                            + " classes of output '" + objective.output() + "', which are counted from 0");
                }
            }
        }
    }

    @Override
    public boolean validates() {
        return heldOut.count() > 0;
    }

    @Override
    public String tooLittleHeldOut() {
        return "no examples are held out";
    }

    @Override
    public boolean scalesLoss() {
        return false;
    }

    @Override
    public boolean guidedAt(int step) {
        return false;
    }

    @Override
    public long tokensPerStep() {
        return training.batch();
    }

    @Override
    public String unit() {
        return "examples";
    }

    @Override
    public Engine engine() {
        return engine;
    }

    @Override
    public List<ArraySpec> state() {
        return state;
    }

    @Override
    public void close() {
        engine.close();
    }
}
