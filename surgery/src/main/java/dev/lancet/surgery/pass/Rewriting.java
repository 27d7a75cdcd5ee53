package dev.lancet.surgery.pass;

import dev.lancet.surgery.RewriteResult;
import dev.lancet.surgery.Surgeon;
import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Input;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.rule.Rule;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/** Applies rules to all matching nodes, and drops the nodes that fed only replaced ones. */
final class Rewriting {

    private Rewriting() {}

    static GraphDef with(GraphDef graph, Rule... rules) {
        return result(graph, rules).graph();
    }

    /** The same, with the nodes that the rules added. */
    static RewriteResult result(GraphDef graph, Rule... rules) {
        RewriteResult done = Surgeon.rewrite(graph, rules);
        GraphDef cut = done.graph();
        if (cut.equals(graph)) {
            return new RewriteResult(graph, done.sites(), done.added(), done.refusals());
        }
        Set<String> live = live(GraphView.of(graph), GraphView.of(cut));
        GraphDef.Builder result = cut.toBuilder().clearNode();
        for (NodeDef node : cut.getNodeList()) {
            if (live.contains(node.getName())) {
                result.addNode(node);
            }
        }
        return new RewriteResult(FunctionLibrary.called(result.build()), done.sites(), done.added(), done.refusals());
    }

    /** The nodes that the ends of the old graph, its nodes without users, still need. */
    private static Set<String> live(GraphView before, GraphView after) {
        Deque<Node> open = new ArrayDeque<>();
        before.nodes().stream().filter(node -> node.uses().isEmpty()).forEach(end -> open.add(after.node(end.name())));
        Set<String> live = new HashSet<>();
        while (!open.isEmpty()) {
            Node node = open.remove();
            if (live.add(node.name())) {
                node.inputs().stream().map(Input::node).map(after::node).forEach(open::add);
            }
        }
        return live;
    }
}
