package dev.lancet.surgery.pass;

import static java.util.Objects.requireNonNull;

import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Input;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.rule.Incision;
import dev.lancet.surgery.rule.Rule;
import dev.lancet.surgery.rule.Verdict;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/** Applies rules wherever they fire, and drops what nothing needs any more: nodes that fed only what was replaced. */
final class Rewriting {

    private Rewriting() {}

    static GraphDef with(GraphDef graph, Rule... rules) {
        GraphView view = GraphView.of(graph);
        Map<String, Incision> incisions = new LinkedHashMap<>();
        for (Rule rule : rules) {
            for (Node node : view.nodes()) {
                rule.pattern().match(node).ifPresent(met -> {
                    Verdict verdict = rule.judge(node, met);
                    if (verdict instanceof Incision incision) {
                        incisions.put(node.name(), incision);
                    }
                });
            }
        }
        return incisions.isEmpty() ? graph : sewn(view, incisions);
    }

    private static GraphDef sewn(GraphView view, Map<String, Incision> incisions) {
        Map<String, NodeDef> nodes = new LinkedHashMap<>();
        Map<String, FunctionDef> functions = new TreeMap<>();
        for (Node node : view.nodes()) {
            Incision incision = incisions.get(node.name());
            List<NodeDef> place = incision == null ? List.of(node.definition()) : incision.nodes();
            place.forEach(placed -> nodes.put(placed.getName(), placed));
            if (incision != null) {
                incision.functions().forEach(added -> define(functions, added));
            }
        }
        Set<String> live = live(view, nodes);
        GraphDef.Builder result = view.definition().toBuilder().clearNode();
        nodes.values().stream().filter(node -> live.contains(node.getName())).forEach(result::addNode);
        return Functions.called(
                result.setLibrary(result.getLibrary().toBuilder().addAllFunction(functions.values()))
                        .build());
    }

    private static void define(Map<String, FunctionDef> functions, FunctionDef added) {
        String name = added.getSignature().getName();
        FunctionDef before = functions.putIfAbsent(name, added);
        if (before != null && !before.equals(added)) {
            throw new IllegalArgumentException(
                    "function '" + name + "' is wanted for two shapes; layers of one graph " + "are of one shape");
        }
    }

    /** What the ends of the old graph, the nodes that nobody used, still need. */
    private static Set<String> live(GraphView before, Map<String, NodeDef> nodes) {
        Deque<String> open = new ArrayDeque<>();
        before.nodes().stream().filter(node -> node.uses().isEmpty()).forEach(node -> open.add(node.name()));
        Set<String> live = new HashSet<>();
        while (!open.isEmpty()) {
            String name = open.remove();
            if (live.add(name)) {
                requireNonNull(nodes.get(name), name)
                        .getInputList()
                        .forEach(input -> open.add(Input.parse(input).node()));
            }
        }
        return live;
    }
}
