package dev.lancet.surgery.pass;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/** The library of a graph. */
final class Functions {

    private Functions() {}

    /** The graph without functions that nothing in it calls. */
    static GraphDef called(GraphDef graph) {
        Map<String, FunctionDef> all = new LinkedHashMap<>();
        graph.getLibrary()
                .getFunctionList()
                .forEach(function -> all.put(function.getSignature().getName(), function));
        Set<String> live = new LinkedHashSet<>();
        Deque<String> open = new ArrayDeque<>(names(graph.getNodeList()));
        while (!open.isEmpty()) {
            String name = open.remove();
            if (all.containsKey(name) && live.add(name)) {
                open.addAll(names(all.get(name).getNodeDefList()));
            }
        }
        GraphDef.Builder result = graph.toBuilder();
        result.getLibraryBuilder().clearFunction();
        all.forEach((name, function) -> {
            if (live.contains(name)) {
                result.getLibraryBuilder().addFunction(function);
            }
        });
        return result.build();
    }

    private static Set<String> names(Collection<NodeDef> nodes) {
        Set<String> names = new LinkedHashSet<>();
        for (NodeDef node : nodes) {
            node.getAttrMap().values().forEach(value -> {
                if (value.hasFunc()) {
                    names.add(value.getFunc().getName());
                }
            });
        }
        return names;
    }
}
