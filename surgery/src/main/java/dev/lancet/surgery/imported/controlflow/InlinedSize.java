package dev.lancet.surgery.imported.controlflow;

import dev.lancet.surgery.graph.GraphView;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.NodeDef;

/**
 * Counts the nodes of a graph after inlining its calls, without inlining them: forty functions that each call the next
 * one twice would be a million million nodes.
 */
final class InlinedSize {

    private final Map<String, FunctionDef> functions;
    private final Map<String, Long> sizes = new HashMap<>();

    private InlinedSize(Map<String, FunctionDef> functions) {
        this.functions = functions;
    }

    /** The number of nodes of a graph with the bodies of calls, loops and branches. A recursive function counts once. */
    static long nodes(GraphView graph) {
        InlinedSize unfolded = new InlinedSize(graph.functions());
        return graph.nodes().stream()
                .mapToLong(node -> unfolded.nodes(node.definition(), 0))
                .reduce(0, InlinedSize::sum);
    }

    private long nodes(NodeDef node, int depth) {
        Optional<ControlFlowKind> branching = ControlFlowKind.of(node);
        if (branching.isPresent()) {
            return branching.get().bodies().values().stream()
                    .mapToLong(name -> body(name, depth))
                    .reduce(1, InlinedSize::sum);
        }
        return Inlining.CALLS.contains(node.getOp())
                ? sum(
                        1,
                        body(
                                node.getAttrOrDefault("f", AttrValue.getDefaultInstance())
                                        .getFunc()
                                        .getName(),
                                depth))
                : 1;
    }

    /** The size of a function. A missing function, or one nested too deeply, counts as 0 here; inlining reports it. */
    private long body(String name, int depth) {
        Long known = sizes.get(name);
        if (known != null || depth > Inlining.DEEPEST || !functions.containsKey(name)) {
            return known == null ? 0 : known;
        }
        // A preliminary size: a recursive function counts once here, and inlining rejects it.
        sizes.put(name, 0L);
        long size = functions.get(name).getNodeDefList().stream()
                .mapToLong(node -> nodes(node, depth + 1))
                .reduce(0, InlinedSize::sum);
        sizes.put(name, size);
        return size;
    }

    private static long sum(long one, long other) {
        return one > Long.MAX_VALUE - other ? Long.MAX_VALUE : one + other;
    }
}
