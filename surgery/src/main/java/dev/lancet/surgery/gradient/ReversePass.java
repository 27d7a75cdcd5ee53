package dev.lancet.surgery.gradient;

import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tensorflow.proto.NodeDef;

/**
 * Reverse-mode differentiation: one pass over a graph from the seeds to the wanted tensors. If a tensor has several uses,
 * its gradient is their sum, an AddN called {@code <tensor>.grad}.
 */
final class ReversePass {

    private final MutableGraph graph;
    private final VjpRegistry table;
    private final Map<Value, List<Value>> contributions = new HashMap<>();

    private ReversePass(MutableGraph graph, VjpRegistry table) {
        this.graph = graph;
        this.table = table;
    }

    /**
     * Adds the gradients of the wanted tensors to the graph.
     *
     * @param seeds the tensors to start from, each with its gradient
     * @return the gradient of each wanted tensor that is on the path; the others are missing
     */
    static Map<Value, Value> of(MutableGraph graph, VjpRegistry table, Map<Value, Value> seeds, List<Value> wanted) {
        GradientPath path = new GradientPath(graph, wanted, seeds.keySet());
        ReversePass pass = new ReversePass(graph, table);
        seeds.forEach(pass::contribute);
        Set<Value> ends = Set.copyOf(wanted);
        Map<Value, Value> gradients = new LinkedHashMap<>();
        for (NodeDef node : path.backwards()) {
            Map<Integer, Value> outputs = pass.outputs(node, path);
            outputs.forEach((port, gradient) -> {
                Value output = graph.value(node.getName(), port);
                if (ends.contains(output)) {
                    gradients.put(output, gradient);
                }
            });
            Set<Integer> wants = path.wanted(node);
            if (!wants.isEmpty()) {
                pass.pass(new VjpContext(graph, node, outputs, wants), wants);
            }
        }
        return gradients;
    }

    private void contribute(Value tensor, Value gradient) {
        contributions.computeIfAbsent(tensor, key -> new ArrayList<>()).add(gradient);
    }

    private Map<Integer, Value> outputs(NodeDef node, GradientPath path) {
        Map<Integer, Value> gradients = new LinkedHashMap<>();
        for (int port = 0; port < graph.ports(node); port++) {
            Value output = graph.value(node.getName(), port);
            @Nullable List<Value> parts = contributions.get(output);
            if (parts != null && path.has(output)) {
                gradients.put(port, sum(output, parts));
            }
        }
        return gradients;
    }

    private Value sum(Value tensor, List<Value> parts) {
        if (parts.size() == 1) {
            return parts.get(0);
        }
        return GradientNodeBuilder.of(graph, tensor)
                .put(
                        ".grad",
                        "AddN",
                        parts,
                        Map.of("N", Attributes.of(parts.size()), "T", Attributes.of(tensor.type())));
    }

    private void pass(VjpContext context, Set<Integer> wants) {
        table.of(context.node()).back(context);
        for (int index : wants) {
            @Nullable Value given = context.given().get(index);
            if (given == null) {
                throw VjpRegistry.missing(context.node(), "with respect to its input " + index);
            }
            contribute(context.input(index), given);
        }
    }
}
