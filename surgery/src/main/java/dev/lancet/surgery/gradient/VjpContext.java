package dev.lancet.surgery.gradient;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.tensorflow.proto.NodeDef;

/**
 * The chain rule at one node: what comes in from above (the gradients of its outputs), what is wanted below (the inputs on
 * the path), and the pen that writes what lies between, in nodes called {@code <node>.back.<word>}. The gradient of input
 * {@code i} is by custom the node of word {@code i}.
 */
final class VjpContext {

    private final MutableGraph graph;
    private final NodeDef node;
    private final Map<Integer, Tensor> gradients;
    private final Set<Integer> wanted;
    private final Map<Integer, Tensor> given = new TreeMap<>();
    private final GradientNodeBuilder builder;

    VjpContext(MutableGraph graph, NodeDef node, Map<Integer, Tensor> gradients, Set<Integer> wanted) {
        this.graph = graph;
        this.node = node;
        this.gradients = Map.copyOf(gradients);
        this.wanted = Set.copyOf(wanted);
        this.builder = new GradientNodeBuilder(graph, node.getName() + ".back.");
    }

    MutableGraph graph() {
        return graph;
    }

    NodeDef node() {
        return node;
    }

    GradientNodeBuilder builder() {
        return builder;
    }

    boolean flag(String attribute) {
        return Attributes.isSet(node, attribute);
    }

    List<Tensor> inputs() {
        return graph.inputs(node);
    }

    Tensor input(int index) {
        return graph.tensor(MutableGraph.refs(node).get(index));
    }

    Tensor output(int port) {
        return graph.tensor(node.getName(), port);
    }

    /** The gradient of the first output; a node with one output is only asked when it has one. */
    Tensor gradient() {
        return gradient(0).orElseThrow(() -> new IllegalStateException(node.getName() + ": output 0 has no gradient"));
    }

    /** The gradient of an output, or empty if the loss does not depend on that output. */
    Optional<Tensor> gradient(int port) {
        return Optional.ofNullable(gradients.get(port));
    }

    /** Whether input {@code index} lies on the path. */
    boolean wants(int index) {
        return wanted.contains(index);
    }

    /** Hands down the gradient of an input; only of one that is {@linkplain #wants wanted}. */
    void give(int index, Tensor gradient) {
        Tensor input = input(index);
        if (!wants(index) || !gradient.shape().equals(input.shape()) || gradient.type() != input.type()) {
            throw new IllegalStateException("gradient of input " + index + " of " + node.getName() + " (" + node.getOp()
                    + ") is " + gradient + ", the input is " + input);
        }
        given.put(index, gradient);
    }

    Map<Integer, Tensor> given() {
        return given;
    }
}
