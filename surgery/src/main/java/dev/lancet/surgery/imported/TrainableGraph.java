package dev.lancet.surgery.imported;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.surgery.Surgeon;
import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Input;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.imported.tracing.Pruning;
import dev.lancet.surgery.rule.ErfcAsErf;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedObject;
import org.tensorflow.proto.TensorInfo;

/**
 * The graph for training an imported model: the nodes that one output depends on, a loss, and a single read {@code
 * X.read} of every variable that may be trained. A node without a gradient is replaced by an equal form that has one, if
 * it exists; the saved graph keeps the author's form.
 *
 * @param graph the graph, with the scalar {@link #LOSS} and the placeholder {@link #LABELS}
 * @param candidates the variables that may be trained: float, not codes or scales, and trainable in the model's
 *     object graph
 */
public record TrainableGraph(GraphDef graph, List<String> candidates) {

    /** The placeholder for labels, a list. */
    public static final String LABELS = Losses.LABELS;

    /** The loss, a scalar. */
    public static final String LOSS = Losses.LOSS;

    public TrainableGraph {
        candidates = List.copyOf(candidates);
    }

    /**
     * Builds the graph.
     *
     * @param surgery the model under its plan
     * @throws LancetException if the model has no such output
     */
    public static TrainableGraph of(ImportedSurgery surgery, Objective objective) {
        MetaGraphDef meta = surgery.meta();
        String output = objective.outputOf(meta).getName();
        GraphDef forward =
                Surgeon.rewrite(forward(surgery, objective), new ErfcAsErf()).graph();
        Bypass bypass = new Bypass(GraphView.of(forward), held(surgery.model(), surgery.plan()));
        GraphView direct = GraphView.of(bypass.graph());
        GraphDef whole = direct.definition().toBuilder()
                .addAllNode(Losses.of(objective, meta, scores(direct, bypass.of(output), objective)))
                .build();
        Set<String> roots = inputs(meta, objective);
        roots.add(LOSS);
        GraphView tuned = GraphView.of(Pruning.reaching(GraphView.of(whole), roots));
        return new TrainableGraph(
                tuned.definition(),
                bypass.variables().stream()
                        .filter(name -> tuned.find(name).isPresent())
                        .toList());
    }

    /** The nodes that an output depends on, and the inputs of its signature. */
    public static GraphDef forward(ImportedSurgery surgery, Objective objective) {
        MetaGraphDef meta = surgery.meta();
        Set<String> roots = inputs(meta, objective);
        roots.add(Input.parse(objective.outputOf(meta).getName()).node());
        return Pruning.reaching(GraphView.of(surgery.graph()), roots);
    }

    private static Set<String> inputs(MetaGraphDef meta, Objective objective) {
        Set<String> inputs = new LinkedHashSet<>();
        for (TensorInfo input : objective.signatureOf(meta).getInputsMap().values()) {
            inputs.add(Input.parse(input.getName()).node());
        }
        return inputs;
    }

    /** Variables that are not trained: codes and their scales, and variables that the author froze. */
    private static Set<String> held(ImportedModel model, Plan plan) {
        Set<String> held = new LinkedHashSet<>();
        plan.steps().forEach(step -> step.matrices().stream()
                .filter(matrix -> matrix.precision().narrow())
                .forEach(matrix -> matrix.arrays().forEach(array -> held.add(array.name()))));
        for (SavedObject object : model.meta().getObjectGraphDef().getNodesList()) {
            if (object.hasVariable() && !object.getVariable().getTrainable()) {
                held.add(object.getVariable().getName().replaceAll(":0$", ""));
            }
        }
        return held;
    }

    /** The output itself; if it is a softmax that is compared with classes, the input of the softmax. */
    private static Input scores(GraphView graph, String output, Objective objective) {
        Input scores = Input.parse(output);
        return objective.kind() == Objective.Kind.CROSS_ENTROPY
                ? softmax(graph, scores).map(node -> node.dataInputs().get(0)).orElse(scores)
                : scores;
    }

    /** The softmax that an output is, perhaps under another name; empty if it is none. */
    static Optional<Node> softmax(GraphView graph, Input output) {
        Node node = graph.node(output.node());
        for (int i = 0;
                i < graph.nodes().size()
                        && node.is("Identity")
                        && node.producer(0).isPresent();
                i++) {
            node = node.producer(0).get();
        }
        return Optional.of(node).filter(one -> one.is("Softmax"));
    }

    /** Redirects uses to one read of each variable, and past nodes that forward several tensors. */
    private static final class Bypass {

        private final GraphView view;
        private final Set<String> held;
        private final List<String> variables = new ArrayList<>();

        Bypass(GraphView view, Set<String> held) {
            this.view = view;
            this.held = held;
        }

        List<String> variables() {
            return variables;
        }

        /**
         * The replacement of an input: {@code X.read} for any read of X, the matching input of an IdentityN for its
         * output.
         */
        String of(String text) {
            Input input = Input.parse(text);
            Node node = view.node(input.node());
            while (!input.control()
                    && node.is("IdentityN")
                    && input.port() < node.dataInputs().size()) {
                input = node.dataInputs().get(input.port());
                node = view.node(input.node());
            }
            return !input.control() && reads(node) ? node.dataInputs().get(0).node() + ".read" : input.toString();
        }

        private boolean reads(Node node) {
            return node.is("ReadVariableOp")
                    && node.producer(0).filter(this::trains).isPresent();
        }

        private boolean trains(Node node) {
            return node.is("VarHandleOp") && node.type("dtype") == DataType.DT_FLOAT && !held.contains(node.name());
        }

        GraphDef graph() {
            variables.clear();
            GraphDef.Builder graph = view.definition().toBuilder().clearNode();
            for (Node node : view.nodes()) {
                if (reads(node) && node.name().equals(node.dataInputs().get(0).node() + ".read")) {
                    continue;
                }
                NodeDef.Builder changed = node.definition().toBuilder().clearInput();
                node.inputs().forEach(input -> changed.addInput(of(input.toString())));
                graph.addNode(looksUp(node) ? gather(node, changed) : changed.build());
                if (looksUp(node)) {
                    graph.addNode(zero(node));
                }
                if (trains(node)) {
                    variables.add(node.name());
                    graph.addNode(NodeDef.newBuilder()
                            .setName(node.name() + ".read")
                            .setOp("ReadVariableOp")
                            .addInput(node.name())
                            .putAttr("dtype", Attributes.of(DataType.DT_FLOAT)));
                }
            }
            return graph.build();
        }

        private boolean looksUp(Node node) {
            return node.is("ResourceGather")
                    && node.producer(0).filter(this::trains).isPresent();
        }

        /** A lookup in the variable itself has no gradient; a lookup in its read value has one. */
        private NodeDef gather(Node node, NodeDef.Builder changed) {
            return changed.setOp("GatherV2")
                    .setInput(0, node.dataInputs().get(0).node() + ".read")
                    .clearAttr()
                    .putAttr("Tparams", Attributes.of(DataType.DT_FLOAT))
                    .putAttr("Tindices", Attributes.of(node.type("Tindices")))
                    .putAttr("Taxis", Attributes.of(DataType.DT_INT32))
                    .putAttr("batch_dims", node.attribute("batch_dims").orElse(Attributes.of(0)))
                    .addInput(node.name() + ".axis")
                    .build();
        }

        private NodeDef zero(Node node) {
            return new Losses().axis(node.name() + ".axis");
        }
    }
}
