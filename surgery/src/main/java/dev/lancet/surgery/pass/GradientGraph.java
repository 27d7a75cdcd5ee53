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
 * A graph that has its gradients, and which of its nodes are the backward pass: those that differentiation added, and those
 * that rules put in their place.
 *
 * @param graph forward and backward
 * @param backward names of the nodes of the backward pass
 */
record GradientGraph(GraphDef graph, Set<String> backward) {

    GradientGraph {
        backward = Set.copyOf(backward);
    }

    /**
     * The graph that differentiation made.
     *
     * @param forward the graph before
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

    /** The graph after rules; what they put in belongs to the pass that the replaced node belongs to. */
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

    /** The same backward pass in a graph in which forward nodes are computed again. */
    GradientGraph with(GraphDef recomputing) {
        return new GradientGraph(recomputing, backward);
    }
}
