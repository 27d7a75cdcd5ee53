package dev.lancet.surgery.gradient;

import dev.lancet.surgery.graph.DependencyPath;
import dev.lancet.surgery.graph.ElementTypes;
import dev.lancet.surgery.graph.Input;
import dev.lancet.surgery.graph.Value;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.tensorflow.proto.NodeDef;

/**
 * The tensors between the seeds, where the gradient starts, and the wanted tensors, whose gradients are computed: only
 * nodes on this path are differentiated. Integers, constants, frozen weights and everything behind a stop-gradient are
 * not on it.
 */
final class GradientPath {

    private final MutableGraph graph;
    private final List<NodeDef> order;
    private final Set<Value> tensors;

    /** The path from the wanted tensors up to the seeds. */
    GradientPath(MutableGraph graph, Collection<Value> wanted, Collection<Value> seeds) {
        this.graph = graph;
        this.order = sorted(graph, seeds.stream().map(Value::node).toList());
        this.tensors = DependencyPath.between(order, graph::inputs, this::differentiable, wanted, seeds);
    }

    /** The outputs of a node that can have a gradient; none if the node stops gradients. */
    private List<Value> differentiable(NodeDef node) {
        return VjpRegistry.stops(node) ? List.of() : floats(node);
    }

    boolean has(Value tensor) {
        return tensors.contains(tensor);
    }

    /** The nodes that produce tensors of the path, those nearest to the seeds first. */
    List<NodeDef> backwards() {
        List<NodeDef> reversed = new ArrayList<>();
        for (int at = order.size() - 1; at >= 0; at--) {
            if (floats(order.get(at)).stream().anyMatch(this::has)) {
                reversed.add(order.get(at));
            }
        }
        return reversed;
    }

    /** The inputs of the node that are on the path. */
    Set<Integer> wanted(NodeDef node) {
        List<Value> inputs = graph.inputs(node);
        Set<Integer> wanted = new TreeSet<>();
        for (int index = 0; index < inputs.size(); index++) {
            if (has(inputs.get(index))) {
                wanted.add(index);
            }
        }
        return wanted;
    }

    private List<Value> floats(NodeDef node) {
        List<Value> floats = new ArrayList<>();
        for (int port = 0; port < graph.ports(node); port++) {
            Value output = graph.value(node.getName(), port);
            if (ElementTypes.isFloating(output.type())) {
                floats.add(output);
            }
        }
        return floats;
    }

    /**
     * The roots and all nodes they depend on through data, inputs first. Iterative, because a deep model is a long chain.
     */
    static List<NodeDef> sorted(MutableGraph graph, Collection<String> roots) {
        List<NodeDef> order = new ArrayList<>();
        Set<String> opened = new HashSet<>();
        Set<String> closed = new HashSet<>();
        Deque<String> open = new ArrayDeque<>(roots);
        while (!open.isEmpty()) {
            String name = open.peek();
            if (opened.add(name)) {
                MutableGraph.refs(graph.node(name)).stream()
                        .map(ref -> Input.parse(ref).node())
                        .filter(source -> !opened.contains(source))
                        .forEach(open::push);
            } else {
                open.pop();
                if (closed.add(name)) {
                    order.add(graph.node(name));
                }
            }
        }
        return order;
    }
}
