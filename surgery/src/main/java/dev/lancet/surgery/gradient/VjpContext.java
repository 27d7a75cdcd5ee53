package dev.lancet.surgery.gradient;

import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.Value;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.tensorflow.proto.NodeDef;

/**
 * The chain rule at one node: the gradients of its outputs, the inputs whose gradients are wanted, and a builder for
 * nodes called {@code <node>.back.<word>}. By convention the gradient of input {@code i} is the node with the word {@code
 * i}.
 */
final class VjpContext {

    private final MutableGraph graph;
    private final NodeDef node;
    private final Map<Integer, Value> gradients;
    private final Set<Integer> wanted;
    private final Map<Integer, Value> given = new TreeMap<>();
    private final GradientNodeBuilder builder;

    VjpContext(MutableGraph graph, NodeDef node, Map<Integer, Value> gradients, Set<Integer> wanted) {
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
        return Attributes.flag(node, attribute);
    }

    List<Value> inputs() {
        return graph.inputs(node);
    }

    Value input(int index) {
        return graph.value(MutableGraph.refs(node).get(index));
    }

    Value output(int port) {
        return graph.value(node.getName(), port);
    }

    /**
     * The gradient of the first output, which must have one; a node with a single output is visited only if it has one.
     */
    Value gradient() {
        return gradient(0).orElseThrow(() -> new IllegalStateException(node.getName() + ": output 0 has no gradient"));
    }

    /** The gradient of an output, or empty if the loss does not depend on that output. */
    Optional<Value> gradient(int port) {
        return Optional.ofNullable(gradients.get(port));
    }

    /** Whether the gradient of input {@code index} is wanted. */
    boolean wants(int index) {
        return wanted.contains(index);
    }

    /** Sets the gradient of an input that is {@linkplain #wants wanted}. */
    void give(int index, Value gradient) {
        Value input = input(index);
        if (!wants(index) || !gradient.dims().equals(input.dims()) || gradient.type() != input.type()) {
            throw new IllegalStateException("gradient of input " + index + " of " + node.getName() + " (" + node.getOp()
                    + ") is " + gradient + ", the input is " + input);
        }
        given.put(index, gradient);
    }

    Map<Integer, Value> given() {
        return given;
    }
}
