package dev.lancet.surgery;

import dev.lancet.dsl.LancetException;
import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Input;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.rule.Incision;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * All incisions of one pass over a graph, applied together: nothing is built until every incision is known to fit. The
 * replacement takes the place of the replaced node. A variable that fed only replaced nodes is removed.
 */
final class PendingRewrite {

    private final GraphView graph;
    private final Map<String, Incision> bySite = new LinkedHashMap<>();

    PendingRewrite(GraphView graph) {
        this.graph = graph;
    }

    void add(Node site, Incision incision) {
        String last = incision.nodes().get(incision.nodes().size() - 1).getName();
        if (!last.equals(site.name())) {
            throw new LancetException("surgery: the replacement of " + site.name() + " ends with the node " + last
                    + "; its last node must keep the name of the replaced node");
        }
        bySite.put(site.name(), incision);
    }

    boolean none() {
        return bySite.isEmpty();
    }

    /** The nodes of all incisions by name, each with the site of the first incision that adds it. */
    Map<String, String> added() {
        Map<String, String> added = new HashMap<>();
        bySite.forEach((site, incision) -> incision.nodes().forEach(node -> added.putIfAbsent(node.getName(), site)));
        return added;
    }

    GraphDef rewritten() {
        if (none()) {
            return graph.definition();
        }
        Set<String> removed = removed();
        Map<String, NodeDef> nodes = new LinkedHashMap<>();
        Map<String, FunctionDef> functions = new TreeMap<>(graph.functions());
        for (Node node : graph.nodes()) {
            Incision incision = bySite.get(node.name());
            if (incision != null) {
                incision.nodes().forEach(added -> put(nodes, added, removed));
                incision.functions().forEach(added -> define(functions, added));
            } else if (!removed.contains(node.name())) {
                put(nodes, node.definition(), removed);
            }
        }
        GraphDef.Builder result = graph.definition().toBuilder().clearNode().addAllNode(nodes.values());
        if (!functions.isEmpty()) {
            result.getLibraryBuilder().clearFunction().addAllFunction(functions.values());
        }
        return result.build();
    }

    /** Adds a node. Two sites of one weight may add the same variables; any other duplicate name is an error. */
    private void put(Map<String, NodeDef> nodes, NodeDef node, Set<String> removed) {
        NodeDef before = nodes.putIfAbsent(node.getName(), node);
        boolean inPlaceOfAnother = before == null
                && !removed.contains(node.getName())
                && !bySite.containsKey(node.getName())
                && graph.find(node.getName())
                        .filter(old -> !old.definition().equals(node))
                        .isPresent();
        if (inPlaceOfAnother || (before != null && !before.equals(node))) {
            throw new LancetException(
                    "surgery: " + node.getName()
                            + " would exist twice: no rule handles one of its uses, or the name is taken; add a rule for that use or rename the node");
        }
    }

    private static void define(Map<String, FunctionDef> functions, FunctionDef added) {
        FunctionDef before = functions.putIfAbsent(added.getSignature().getName(), added);
        if (before != null && !before.equals(added)) {
            throw new LancetException(
                    "surgery: the function " + added.getSignature().getName()
                            + " already exists in the graph with another definition; rename it there");
        }
    }

    /** The variables, and their reads, of which every use is replaced. */
    private Set<String> removed() {
        Set<String> needed = neededByReplacements();
        Set<String> removed = new HashSet<>();
        for (String kind : new String[] {"ReadVariableOp", "VarHandleOp"}) {
            for (Node candidate : fed(kind, removed)) {
                boolean unused = candidate.uses().stream()
                        .map(use -> use.node().name())
                        .allMatch(user -> bySite.containsKey(user) || removed.contains(user));
                if (unused && !needed.contains(candidate.name())) {
                    removed.add(candidate.name());
                }
            }
        }
        return removed;
    }

    /** The nodes of this kind that feed a replaced or removed node. */
    private Set<Node> fed(String kind, Set<String> removed) {
        Set<Node> found = new LinkedHashSet<>();
        Set<String> ends = new LinkedHashSet<>(bySite.keySet());
        ends.addAll(removed);
        for (String end : ends) {
            for (Input input : graph.node(end).inputs()) {
                graph.find(input.node()).filter(node -> node.is(kind)).ifPresent(found::add);
            }
        }
        return found;
    }

    /** The names of the nodes of the old graph that the replacements use. */
    private Set<String> neededByReplacements() {
        Set<String> needed = new HashSet<>();
        for (Incision incision : bySite.values()) {
            Map<String, NodeDef> own = new HashMap<>();
            incision.nodes().forEach(node -> own.put(node.getName(), node));
            incision.nodes().stream()
                    .flatMap(node -> node.getInputList().stream())
                    .map(input -> Input.parse(input).node())
                    .filter(name -> !own.containsKey(name))
                    .forEach(needed::add);
        }
        return needed;
    }
}
