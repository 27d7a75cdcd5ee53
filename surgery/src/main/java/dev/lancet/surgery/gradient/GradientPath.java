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
 * What lies between the tensors that a gradient is wanted of and those that it starts from: only there is anything
 * differentiated. Integers, constants, frozen weights and whatever stands behind a stop are not on it.
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

    /** What the node gives that can have a gradient: nothing if it stops them. */
    private List<Value> differentiable(NodeDef node) {
        return VjpRegistry.stops(node) ? List.of() : floats(node);
    }

    boolean has(Value tensor) {
        return tensors.contains(tensor);
    }

    /** The nodes that make tensors of the path, those nearest to the seeds first. */
    List<NodeDef> backwards() {
        List<NodeDef> reversed = new ArrayList<>();
        for (int at = order.size() - 1; at >= 0; at--) {
            if (floats(order.get(at)).stream().anyMatch(this::has)) {
                reversed.add(order.get(at));
            }
        }
        return reversed;
    }

    /** Which inputs of the node are on the path. */
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

    /** The roots and all they depend on through data, inputs first. Iterative: a deep model is a long chain. */
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
