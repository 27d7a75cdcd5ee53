package dev.lancet.runtime.train.graph;

import dev.lancet.dsl.LancetException;
import dev.lancet.surgery.graph.DependencyPath;
import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Input;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.imported.TrainableGraph;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tensorflow.Graph;
import org.tensorflow.Operation;
import org.tensorflow.Output;
import org.tensorflow.proto.DataType;

/** The nodes between the trainable variables and the loss: only floats, and nothing behind a stop-gradient. */
final class ImportedLossPath {

    /** Ops that stop gradients on purpose. */
    private static final Set<String> STOPS = Set.of("StopGradient", "PreventGradient", "ZerosLike", "OnesLike", "Sign");

    /**
     * Ops that TensorFlow 2.18 cannot differentiate from Java, as far as tested; see {@link #explained} for the others.
     */
    private static final Set<String> NO_GRADIENT = Set.of(
            "Bitcast",
            "Case",
            "CollectiveReduceV2",
            "Dequantize",
            "Enter",
            "Erfc",
            "Exit",
            "FakeQuantWithMinMaxArgs",
            "FakeQuantWithMinMaxVars",
            "FakeQuantWithMinMaxVarsPerChannel",
            "Gather",
            "IdentityN",
            "If",
            "Merge",
            "NextIteration",
            "Qr",
            "ResourceGather",
            "Round",
            "Rint",
            "Floor",
            "Ceil",
            "SparseSoftmaxCrossEntropyWithLogits",
            "StatelessCase",
            "StatelessIf",
            "StatelessWhile",
            "Svd",
            "Switch",
            "TopK",
            "TopKV2",
            "While");

    private static final Pattern NAMED = Pattern.compile("(?:for op|for the operation|op):? '?([A-Z]\\w*)");

    private final Graph graph;
    private final List<Node> order;
    private final Set<String> path;
    private final List<String> candidates;

    private ImportedLossPath(TrainableGraph trainable, Graph graph) {
        this.graph = graph;
        this.candidates = trainable.candidates();
        this.order = GraphView.of(trainable.graph()).ordered();
        this.path = DependencyPath.between(
                order,
                node -> node.dataInputs().stream().map(Input::node).toList(),
                this::differentiable,
                candidates.stream().map(name -> name + ".read").toList(),
                List.of(TrainableGraph.LOSS));
    }

    /** The node itself if one of its outputs can have a gradient, otherwise empty. */
    private List<String> differentiable(Node node) {
        return !STOPS.contains(node.op()) && floats(node) ? List.of(node.name()) : List.of();
    }

    static ImportedLossPath of(TrainableGraph trainable, Graph graph) {
        return new ImportedLossPath(trainable, graph);
    }

    /** Whether one of a node's outputs can have a gradient. */
    private boolean floats(Node node) {
        Operation operation = graph.operation(node.name());
        for (int i = 0; i < operation.numOutputs(); i++) {
            DataType type = operation.output(i).dataType();
            if (Set.of(
                            DataType.DT_FLOAT,
                            DataType.DT_DOUBLE,
                            DataType.DT_HALF,
                            DataType.DT_BFLOAT16,
                            DataType.DT_VARIANT)
                    .contains(type)) {
                return true;
            }
        }
        return false;
    }

    private boolean on(Node node) {
        return path.contains(node.name());
    }

    /**
     * The variables that the loss depends on.
     *
     * @throws LancetException if there is none
     */
    List<String> reaching() {
        List<String> reaching = new ArrayList<>(new LinkedHashSet<>(candidates));
        reaching.removeIf(name -> !path.contains(name + ".read"));
        if (reaching.isEmpty()) {
            throw new LancetException("train: the loss does not depend on a trainable float variable; a model whose"
                    + " matrices are all quantised, or that is frozen, has none");
        }
        return reaching;
    }

    /** @throws LancetException naming the first node on the path that has no gradient */
    void check() {
        for (Node node : order) {
            if (on(node) && NO_GRADIENT.contains(node.op())) {
                throw missing(node);
            }
            if (on(node) && node.is("LogSoftmax")) {
                Output<?> output = graph.operation(node.name()).output(0);
                if (output.shape().numDimensions() != 2) {
                    throw new LancetException("train: node '" + node.name() + "' is a LogSoftmax of "
                            + output.shape() + "; TensorFlow's gradient of it is right for two axes only, so train on"
                            + " an output before it");
                }
            }
        }
    }

    /** The error from TensorFlow's exception, with the node that it names. */
    LancetException explained(RuntimeException wrong) {
        Matcher named = NAMED.matcher(String.valueOf(wrong.getMessage()));
        while (named.find()) {
            for (Node node : order) {
                if (on(node) && node.op().equals(named.group(1))) {
                    return missing(node);
                }
            }
        }
        return new LancetException("train: TensorFlow cannot derive the loss: " + wrong.getMessage(), wrong);
    }

    private static LancetException missing(Node node) {
        return new LancetException("train: node '" + node.name() + "' is a " + node.op()
                + ", which lies between a trained weight and the loss and has no gradient in TensorFlow; train on an"
                + " output before it, or export the model with another operator");
    }
}
