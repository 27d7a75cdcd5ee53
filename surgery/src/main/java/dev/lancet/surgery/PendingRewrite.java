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
 * All incisions of one pass over a graph, made at once: nothing is built before everything is known to fit. A node gives
 * way to its replacement on the spot, and variables that fed only such nodes vanish.
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
            throw new LancetException("surgery: the last node in the place of " + site.name() + " is called " + last
                    + "; it must keep the name");
        }
        bySite.put(site.name(), incision);
    }

    boolean none() {
        return bySite.isEmpty();
    }

    /** The nodes of all incisions, each with the site of the first that brings it. */
    Map<String, String> added() {
        Map<String, String> added = new HashMap<>();
        bySite.forEach((site, incision) -> incision.nodes().forEach(node -> added.putIfAbsent(node.getName(), site)));
        return added;
    }

    GraphDef rewritten() {
        if (none()) {
            return graph.definition();
        }
        Set<String> gone = gone();
        Map<String, NodeDef> sewn = new LinkedHashMap<>();
        Map<String, FunctionDef> functions = new TreeMap<>(graph.functions());
        for (Node node : graph.nodes()) {
            Incision incision = bySite.get(node.name());
            if (incision != null) {
                incision.nodes().forEach(added -> put(sewn, added, gone));
                incision.functions().forEach(added -> define(functions, added));
            } else if (!gone.contains(node.name())) {
                put(sewn, node.definition(), gone);
            }
        }
        GraphDef.Builder result = graph.definition().toBuilder().clearNode().addAllNode(sewn.values());
        if (!functions.isEmpty()) {
            result.getLibraryBuilder().clearFunction().addAllFunction(functions.values());
        }
        return result.build();
    }

    /** Two sites of one weight bring the same variables; anything else of one name is a mistake. */
    private void put(Map<String, NodeDef> sewn, NodeDef node, Set<String> gone) {
        NodeDef before = sewn.putIfAbsent(node.getName(), node);
        boolean inPlaceOfAnother = before == null
                && !gone.contains(node.getName())
                && !bySite.containsKey(node.getName())
                && graph.find(node.getName())
                        .filter(old -> !old.definition().equals(node))
                        .isPresent();
        if (inPlaceOfAnother || (before != null && !before.equals(node))) {
            throw new LancetException("surgery: " + node.getName()
                    + " would be there twice; a use of it is left that no rule treats, or the name is taken");
        }
    }

    private static void define(Map<String, FunctionDef> functions, FunctionDef added) {
        FunctionDef before = functions.putIfAbsent(added.getSignature().getName(), added);
        if (before != null && !before.equals(added)) {
            throw new LancetException("surgery: the function "
                    + added.getSignature().getName() + " is already defined otherwise; rename it in the graph");
        }
    }

    /** Variables, their reads first, whose every use is replaced. */
    private Set<String> gone() {
        Set<String> needed = neededByReplacements();
        Set<String> gone = new HashSet<>();
        for (String kind : new String[] {"ReadVariableOp", "VarHandleOp"}) {
            for (Node candidate : fed(kind, gone)) {
                boolean unused = candidate.uses().stream()
                        .map(use -> use.node().name())
                        .allMatch(user -> bySite.containsKey(user) || gone.contains(user));
                if (unused && !needed.contains(candidate.name())) {
                    gone.add(candidate.name());
                }
            }
        }
        return gone;
    }

    /** Nodes of this kind that feed a replaced node, or something that is gone already. */
    private Set<Node> fed(String kind, Set<String> gone) {
        Set<Node> found = new LinkedHashSet<>();
        Set<String> ends = new LinkedHashSet<>(bySite.keySet());
        ends.addAll(gone);
        for (String end : ends) {
            for (Input input : graph.node(end).inputs()) {
                graph.find(input.node()).filter(node -> node.is(kind)).ifPresent(found::add);
            }
        }
        return found;
    }

    /** What replacements take from the old graph. */
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
