package dev.lancet.surgery.pass;

import dev.lancet.surgery.RewriteResult;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.rule.Rule;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * A graph with gradients, and the set of its nodes that are the backward pass: those that differentiation added, and
 * those that rules replaced them with.
 *
 * @param graph the forward and the backward pass
 * @param backward names of the nodes of the backward pass
 */
record GradientGraph(GraphDef graph, Set<String> backward) {

    GradientGraph {
        backward = Set.copyOf(backward);
    }

    /**
     * The graph after differentiation.
     *
     * @param forward the graph before differentiation
     * @param derived the same graph with gradients
     */
    static GradientGraph of(GraphDef forward, GraphDef derived) {
        Set<String> before =
                forward.getNodeList().stream().map(NodeDef::getName).collect(Collectors.toSet());
        return new GradientGraph(
                derived,
                derived.getNodeList().stream()
                        .map(NodeDef::getName)
                        .filter(name -> !before.contains(name))
                        .collect(Collectors.toSet()));
    }

    /** Whether a node belongs to the backward pass. */
    boolean isBackward(Node node) {
        return backward.contains(node.name());
    }

    /** The graph after rules; the nodes that a rule adds belong to the same pass as the node it replaces. */
    GradientGraph rewritten(Rule... rules) {
        RewriteResult result = Rewriting.result(graph, rules);
        Set<String> now = new HashSet<>(backward);
        result.added().forEach((name, site) -> {
            if (backward.contains(site)) {
                now.add(name);
            }
        });
        return new GradientGraph(result.graph(), now);
    }

    /** The same backward pass in a graph that recomputes forward nodes. */
    GradientGraph with(GraphDef recomputing) {
        return new GradientGraph(recomputing, backward);
    }
}
