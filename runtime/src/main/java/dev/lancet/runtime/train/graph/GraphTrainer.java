package dev.lancet.runtime.train.graph;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.recipe.Execution;
import dev.lancet.dsl.recipe.Optimizer;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.dsl.weights.WeightsInMemory;
import dev.lancet.io.Progress;
import dev.lancet.io.Sha256;
import dev.lancet.runtime.device.ResolvedDevice;
import dev.lancet.runtime.engine.Engine;
import dev.lancet.runtime.train.ParameterUpdates;
import dev.lancet.runtime.train.TrainingForm;
import dev.lancet.runtime.train.TrainingLoop;
import dev.lancet.runtime.train.TrainingProbes;
import dev.lancet.runtime.train.TrainingSession;
import dev.lancet.runtime.train.TrainingStoppedException;
import dev.lancet.runtime.train.log.TrainingLog;
import dev.lancet.runtime.train.state.CheckpointPolicy;
import dev.lancet.runtime.train.state.Fingerprint;
import dev.lancet.runtime.train.state.StepRange;
import dev.lancet.runtime.train.state.TrainingFolder;
import dev.lancet.surgery.VariableLoading;
import dev.lancet.surgery.gradient.OptimizerStep;
import dev.lancet.surgery.gradient.ParameterUpdate;
import dev.lancet.surgery.graph.GraphText;
import dev.lancet.surgery.imported.ImportedSurgery;
import dev.lancet.surgery.imported.Objective;
import dev.lancet.surgery.imported.TrainableGraph;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.tensorflow.proto.GraphDef;

/**
 * Trains the float variables of an imported graph on a loss over one of its outputs. Quantised variables do not change.
 */
public final class GraphTrainer {

    private final ImportedSurgery surgery;
    private final Objective objective;
    private final Training training;
    private final GraphDef graph;
    private final List<ArraySpec> trained;
    private final List<ArraySpec> state;

    /**
     * Builds the training graph.
     *
     * @param surgery the model under its plan; each variable is updated as the layer of the plan says
     * @param objective the loss
     * @throws LancetException if the training has settings that a graph does not support, or if an operator between a
     *     variable and the loss has no gradient; the message names node and operator
     */
    public GraphTrainer(ImportedSurgery surgery, Objective objective, Training training) {
        check(training);
        this.surgery = surgery;
        this.objective = objective;
        this.training = training;
        ImportedGradients gradients = ImportedGradients.of(TrainableGraph.of(surgery, objective));
        Set<String> reaching = Set.copyOf(gradients.trained());
        TrainingForm form = TrainingForm.of(surgery.plan());
        List<ParameterUpdate> updates = ParameterUpdates.updates(form, training).stream()
                .filter(update -> reaching.contains(update.variable()))
                .toList();
        Set<String> names = updates.stream().map(ParameterUpdate::variable).collect(Collectors.toSet());
        trained = form.trainable().stream()
                .filter(array -> names.contains(array.name()))
                .toList();
        state = ParameterUpdates.state(form.trainable(), updates);
        Optimizer.AdamW adam = training.optimizer().adam();
        graph = VariableLoading.into(new OptimizerStep(
                        adam.beta1(),
                        adam.beta2(),
                        adam.epsilon(),
                        0,
                        training.updates().clip())
                .each(gradients.graph(), updates));
    }

    private static void check(Training training) {
        if (training.sequence().isPresent()) {
            throw new LancetException("sequence: " + training.sequence().getAsInt()
                    + " tokens; the examples of a graph have their own length, so leave it out");
        }
        if (training.guidance().isPresent()) {
            throw new LancetException(
                    "training: " + training.guidance().get().toString().substring(1)
                            + "; factors of a graph come from trained weights and need no guide, so leave it out");
        }
        if (!training.execution().equals(Execution.plain())) {
            throw new LancetException("training: " + training.execution()
                    + "; an imported graph is trained as it is written, so leave it out");
        }
    }

    /** The fingerprint of this training, for its folder. */
    private Fingerprint fingerprint(Examples examples, Examples heldOut, ResolvedDevice device) {
        MessageDigest digest = Sha256.digest();
        digest.update(GraphText.canonical(surgery.graph()).getBytes(StandardCharsets.UTF_8));
        String graph = surgery.model().name() + ", " + objective + ", graph SHA-256 " + Sha256.text(digest.digest());
        return Fingerprint.ofGraph(
                graph,
                surgery.plan(),
                training,
                examples.fingerprint() + "; held out " + heldOut.fingerprint(),
                device);
    }

    /**
     * The result of a training.
     *
     * @param trained the trained arrays
     * @param log one point per step; an example counts as a token
     */
    public record Outcome(WeightsInMemory trained, TrainingLog log) {}

    /**
     * Trains, with metrics and states in a folder if there is one. If the folder has the state of this training, the
     * training resumes; the final weights are the same as without the interruption.
     *
     * @param examples the rows to train on
     * @param heldOut the rows to validate on; none for no validation
     * @param values the initial value of every variable in row-major order, little-endian
     * @throws LancetException if a loss is not a number, or the examples do not fit the signature
     * @throws TrainingStoppedException if the watcher asks for a stop
     */
    public Outcome train(Examples examples, Examples heldOut, Function<String, ByteBuffer> values, GraphRun run) {
        GraphSession.check(examples, objective, surgery.meta());
        if (heldOut.count() > 0) {
            GraphSession.check(heldOut, objective, surgery.meta());
        }
        GraphSession.GraphLoss loss = new GraphSession.GraphLoss(surgery.meta(), objective, training);
        try (TrainingSession session = new GraphSession(open(run.device(), values), state, loss, examples, heldOut)) {
            TrainingLoop loop = new TrainingLoop(
                    session, training, StepRange.all(training), run.folder(), TrainingProbes.on(run.device()));
            TrainingLog log = loop.run(run.progress(), "train");
            WeightsInMemory after = new WeightsInMemory();
            session.engine().arrays(trained, after::accept);
            return new Outcome(after, log);
        }
    }

    /** Trains with metrics and states where a policy keeps them; see {@link #train(Examples, Examples, Function, GraphRun)}. */
    public Outcome train(
            Examples examples,
            Examples heldOut,
            Function<String, ByteBuffer> values,
            GraphRun run,
            CheckpointPolicy checkpoints) {
        try (TrainingFolder folder = checkpoints.open(fingerprint(examples, heldOut, run.device()))) {
            return train(examples, heldOut, values, new GraphRun(run.device(), Optional.of(folder), run.progress()));
        }
    }

    /**
     * Where and how a training of a graph runs.
     *
     * @param device the device
     * @param folder the folder for metrics and states, or empty for none
     * @param progress receives the progress
     */
    public record GraphRun(ResolvedDevice device, Optional<TrainingFolder> folder, Progress progress) {}

    private Engine open(ResolvedDevice device, Function<String, ByteBuffer> values) {
        Set<String> known = state.stream().map(ArraySpec::name).collect(Collectors.toSet());
        trained.forEach(array -> known.remove(array.name()));
        Engine engine = Engine.literal(graph, device);
        try {
            engine.assign(
                    engine.variables().stream()
                            .filter(name -> !known.contains(name))
                            .toList(),
                    values);
            engine.run("train.start");
            return engine;
        } catch (RuntimeException wrong) {
            engine.close();
            throw wrong;
        }
    }
}
