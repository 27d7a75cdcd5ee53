package dev.lancet.surgery.imported;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.surgery.Surgeon;
import dev.lancet.surgery.SurgeryResult;
import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.imported.controlflow.ControlFlowRestorer;
import dev.lancet.surgery.imported.controlflow.LoopFrames;
import dev.lancet.surgery.imported.controlflow.OpenControlFlow;
import dev.lancet.surgery.imported.discovery.Layer;
import dev.lancet.surgery.imported.tracing.Pruning;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SignatureDef;

/**
 * The result of carrying out a plan on an imported model: its new graph, which can be written with its weights. The model
 * itself never changes.
 */
public final class ImportedSurgery {

    private final ImportedModel model;
    private final Plan plan;
    private final MetaGraphDef meta;
    private final List<SurgeryResult.Outcome> outcomes;

    private ImportedSurgery(ImportedModel model, Plan plan, MetaGraphDef meta, List<SurgeryResult.Outcome> outcomes) {
        this.model = model;
        this.plan = plan;
        this.meta = meta;
        this.outcomes = List.copyOf(outcomes);
    }

    /**
     * Carries out a plan: converts the layers that it changes to Lancet's own form, and passes them to the {@link
     * Surgeon}.
     *
     * @param plan a plan of this model, see {@link ImportedModel#plan}
     * @throws LancetException if the plan changes a layer that cannot be compressed; nothing is changed then
     */
    public static ImportedSurgery operate(ImportedModel model, Plan plan) {
        if (!plan.sameWeights(model.plan())) {
            throw new IllegalArgumentException("surgery: the plan for " + plan.model() + " does not fit " + model.path()
                    + "; use the plan() of this model");
        }
        List<Step> changed = plan.changedSince(model.plan());
        Map<String, String> fixed = model.constraints().fixed();
        for (Step step : changed) {
            String name = step.weight().name();
            if (fixed.containsKey(name)) {
                throw new LancetException("surgery: " + name + " cannot be compressed: " + fixed.get(name)
                        + "; let the plan keep it; the graph is unchanged");
            }
        }
        Set<String> names = changed.stream().map(step -> step.weight().name()).collect(Collectors.toSet());
        List<Layer> layers = model.layers().stream()
                .filter(layer -> names.contains(layer.weight().name()))
                .toList();
        GraphView before = GraphView.of(model.meta().getGraphDef());
        Set<String> roots = model.frozen() ? GraphRoots.ends(before) : GraphRoots.of(model.meta());
        OpenControlFlow opened = model.opened();
        GraphView open = GraphView.of(opened.graph());
        Set<String> left = new HashSet<>(roots);
        left.addAll(opened.roots(open));
        SurgeryResult result =
                Surgeon.operate(LayerCanonicalizer.of(open, layers, left), new Plan(plan.model(), changed, List.of()));
        GraphView closed = GraphView.of(ControlFlowRestorer.of(opened, LoopFrames.entered(result.graph())));
        GraphDef graph = Pruning.reaching(closed, roots);
        MetaGraphDef meta = model.frozen()
                ? Signatures.ofEnds(GraphView.of(graph))
                : model.meta().toBuilder().setGraphDef(graph).build();
        return new ImportedSurgery(model, plan, meta, result.outcomes());
    }

    /**
     * The same with additional nodes and outputs, to be run and not to be written.
     *
     * @param more what is added; it has no variables
     * @throws LancetException if the graph has a node of one of the names
     */
    public ImportedSurgery with(GraphExtension more) {
        GraphView before = GraphView.of(graph());
        for (NodeDef node : more.nodes()) {
            if (before.find(node.getName()).isPresent()) {
                throw new LancetException(
                        model.path() + ": has a node '" + node.getName() + "' already; rename it in the model");
            }
        }
        SignatureDef signature = meta.getSignatureDefOrThrow(more.signature()).toBuilder()
                .putAllOutputs(more.outputs())
                .build();
        MetaGraphDef extended = meta.toBuilder()
                .setGraphDef(graph().toBuilder().addAllNode(more.nodes()))
                .putSignatureDef(more.signature(), signature)
                .build();
        return new ImportedSurgery(model, plan, extended, outcomes);
    }

    /** The new graph, with its weights in variables. */
    public GraphDef graph() {
        return meta.getGraphDef();
    }

    /** What surgery did to every matrix that the plan changes. */
    public List<SurgeryResult.Outcome> outcomes() {
        return outcomes;
    }

    /**
     * The new graph with the signatures of the model. For a frozen graph, its inputs and outputs become {@code
     * serving_default}.
     */
    public MetaGraphDef meta() {
        return meta;
    }

    /** The model that the plan was carried out on. */
    public ImportedModel model() {
        return model;
    }

    /** The plan that was carried out. */
    public Plan plan() {
        return plan;
    }

    /** The steps of the plan that changed a matrix; the model's files do not have their arrays. */
    public List<Step> changed() {
        return plan.changedSince(model.plan());
    }
}
