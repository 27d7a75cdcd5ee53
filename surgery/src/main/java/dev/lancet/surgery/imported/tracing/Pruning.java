package dev.lancet.surgery.imported.tracing;

import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Input;
import dev.lancet.surgery.graph.Node;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/** Removes the nodes of a graph that are not needed. */
public final class Pruning {

    private Pruning() {}

    /** The nodes that some nodes depend on, including these, in the order of the graph, with the functions they call. */
    public static GraphDef reaching(GraphView graph, Collection<String> roots) {
        Set<String> live = new HashSet<>();
        Deque<String> open = new ArrayDeque<>();
        for (String root : new TreeSet<>(roots)) {
            open.add(graph.node(root).name());
        }
        while (!open.isEmpty()) {
            String name = open.remove();
            if (live.add(name)) {
                graph.node(name).inputs().stream().map(Input::node).forEach(open::add);
            }
        }
        GraphDef.Builder pruned = graph.definition().toBuilder().clearNode().clearLibrary();
        graph.nodes().stream()
                .filter(node -> live.contains(node.name()))
                .map(Node::definition)
                .forEach(pruned::addNode);
        Set<String> called = called(graph, pruned);
        graph.functions().forEach((name, function) -> {
            if (called.contains(name)) {
                pruned.getLibraryBuilder().addFunction(function);
            }
        });
        return pruned.build();
    }

    private static Set<String> called(GraphView graph, GraphDef.Builder pruned) {
        Set<String> called = new HashSet<>();
        Deque<NodeDef> open = new ArrayDeque<>(pruned.getNodeList());
        while (!open.isEmpty()) {
            for (AttrValue attribute : open.remove().getAttrMap().values()) {
                if (attribute.hasFunc()) {
                    call(graph, attribute.getFunc().getName(), called, open);
                }
                attribute.getList().getFuncList().forEach(function -> call(graph, function.getName(), called, open));
            }
        }
        return called;
    }

    private static void call(GraphView graph, String name, Set<String> called, Deque<NodeDef> open) {
        FunctionDef function = graph.functions().get(name);
        if (function != null && called.add(name)) {
            open.addAll(function.getNodeDefList());
        }
    }
}
