package dev.lancet.surgery.imported;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.surgery.Surgeon;
import dev.lancet.surgery.SurgeryResult;
import dev.lancet.surgery.graph.GraphView;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;

/**
 * A plan carried out on a foreign model: its graph afterwards, ready to be written with the weights that belong to it. The
 * model itself is never touched.
 */
public final class ImportedSurgery {

    private final ImportedModel model;
    private final Plan plan;
    private final GraphDef graph;
    private final List<SurgeryResult.Outcome> outcomes;

    private ImportedSurgery(ImportedModel model, Plan plan, GraphDef graph, List<SurgeryResult.Outcome> outcomes) {
        this.model = model;
        this.plan = plan;
        this.graph = graph;
        this.outcomes = List.copyOf(outcomes);
    }

    /** Takes arrays one at a time. */
    @FunctionalInterface
    public interface Sink {

        /** Takes the elements of a stored array of the plan, row by row, little-endian; they are read before this returns. */
        void take(String name, ByteBuffer elements);
    }

    /** Where the arrays come from that the plan changes: the codes, scales and factors. */
    @FunctionalInterface
    public interface Arrays {

        /** Gives each of them once, in any order. */
        void into(Sink sink);
    }

    /**
     * Carries out a plan: the layers that it changes are brought into Lancet's own form and given to the {@link Surgeon}.
     *
     * @param plan one of this model, see {@link ImportedModel#plan}
     * @throws LancetException if the plan changes a layer that cannot be cut; then nothing is done
     */
    public static ImportedSurgery operate(ImportedModel model, Plan plan) {
        if (!plan.steps().stream()
                .map(Step::weight)
                .toList()
                .equals(model.layers().stream().map(Layer::weight).toList())) {
            throw new IllegalArgumentException(
                    "surgery: the plan for " + plan.model() + " is not one of " + model.path() + "; take its plan()");
        }
        List<Layer> layers = model.layers().stream()
                .filter(layer -> !plan.step(layer.weight().name()).keeps())
                .toList();
        layers.stream().filter(layer -> !layer.treatable()).findFirst().ifPresent(layer -> {
            throw new LancetException("surgery: " + layer.weight().name() + " cannot be cut: " + layer.hindrance()
                    + "; keep it. Nothing was done");
        });
        plan.steps().stream()
                .filter(step -> step.adapter().isPresent())
                .findFirst()
                .ifPresent(step -> {
                    throw new LancetException("surgery: " + step.adapter().orElseThrow() + " for "
                            + step.weight().name()
                            + "; adapters are for models that Lancet declares or reads from Hugging Face, not for the graph "
                            + model.path() + "; leave them out, and train its factors instead");
                });
        GraphView before = GraphView.of(model.meta().getGraphDef());
        Set<String> roots = model.frozen() ? GraphRoots.ends(before) : GraphRoots.of(model.meta());
        OpenControlFlow opened = model.opened();
        GraphView open = GraphView.of(opened.graph());
        Set<String> left = new HashSet<>(roots);
        left.addAll(opened.roots(open));
        SurgeryResult result = Surgeon.operate(
                LayerCanonicalizer.of(open, layers, left), new Plan(plan.model(), plan.changed(), List.of()));
        GraphView closed = GraphView.of(ControlFlowRestorer.of(opened, LoopFrames.entered(result.graph())));
        return new ImportedSurgery(model, plan, Pruning.reaching(closed, roots), result.outcomes());
    }

    /** The graph afterwards, its weights in variables. */
    public GraphDef graph() {
        return graph;
    }

    /** What became of every matrix that the plan changes. */
    public List<SurgeryResult.Outcome> outcomes() {
        return outcomes;
    }

    /**
     * Writes a SavedModel with the signatures of the model, its weights in a checkpoint beside the graph, one array in memory
     * at a time; what was a frozen graph serves its ends as {@code serving_default}.
     *
     * @throws LancetException if the folder is there or cannot be written
     */
    public void saveModel(Path folder, Arrays arrays) {
        saveModel(folder, arrays, Set.of());
    }

    /**
     * The same where some variables that the plan leaves as they are have other values nevertheless, because they were
     * trained.
     *
     * @param trained their names; the arrays give them, too
     */
    public void saveModel(Path folder, Arrays arrays, Set<String> trained) {
        Set<String> changed = changed();
        changed.addAll(trained);
        GraphWriter.savedModel(folder, meta(), model, changed, arrays);
    }

    /** The graph with the signatures of the model; of what was a frozen graph with its ends as {@code serving_default}. */
    public MetaGraphDef meta() {
        return model.frozen()
                ? Signatures.ofEnds(GraphView.of(graph))
                : model.meta().toBuilder().setGraphDef(graph).build();
    }

    /**
     * Writes a frozen graph, its weights in constants.
     *
     * @throws LancetException if the file is there, cannot be written, or would be larger than 2 GiB
     */
    public void freeze(Path file, Arrays arrays) {
        GraphWriter.frozen(file, graph, model, arrays);
    }

    private Set<String> changed() {
        Set<String> changed = new HashSet<>();
        plan.changed().forEach(step -> step.matrices()
                .forEach(matrix -> matrix.arrays().forEach(array -> changed.add(array.name()))));
        return changed;
    }
}
