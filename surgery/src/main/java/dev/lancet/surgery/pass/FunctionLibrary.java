package dev.lancet.surgery.pass;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/** Works on the function library of a graph. */
final class FunctionLibrary {

    private FunctionLibrary() {}

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

    /** The names of the nodes and arguments that a result depends on. */
    static Set<String> needed(FunctionDef function, int result) {
        Map<String, NodeDef> nodes = new HashMap<>();
        function.getNodeDefList().forEach(node -> nodes.put(node.getName(), node));
        String name = function.getSignature().getOutputArg(result).getName();
        List<String> open = new ArrayList<>(List.of(producer(function.getRetOrThrow(name))));
        Set<String> needed = new HashSet<>();
        while (!open.isEmpty()) {
            String next = open.remove(open.size() - 1);
            if (needed.add(next) && nodes.containsKey(next)) {
                nodes.get(next).getInputList().forEach(input -> open.add(producer(input)));
            }
        }
        return needed;
    }

    /** The node or argument that an input in a body refers to. */
    static String producer(String input) {
        String plain = input.startsWith("^") ? input.substring(1) : input;
        return plain.contains(":") ? plain.substring(0, plain.indexOf(':')) : plain;
    }

    /** The function without the nodes that only other results need. */
    static FunctionDef only(FunctionDef function, int result) {
        Set<String> needed = needed(function, result);
        String name = function.getSignature().getOutputArg(result).getName();
        FunctionDef.Builder only = FunctionDef.newBuilder().putRet(name, function.getRetOrThrow(name));
        only.getSignatureBuilder()
                .setName(function.getSignature().getName() + ".result." + result)
                .addOutputArg(function.getSignature().getOutputArg(result));
        for (int i = 0; i < function.getSignature().getInputArgCount(); i++) {
            if (needed.contains(function.getSignature().getInputArg(i).getName())) {
                if (function.containsArgAttr(i)) {
                    only.putArgAttr(only.getSignature().getInputArgCount(), function.getArgAttrOrThrow(i));
                }
                only.getSignatureBuilder().addInputArg(function.getSignature().getInputArg(i));
            }
        }
        function.getNodeDefList().stream()
                .filter(node -> needed.contains(node.getName()))
                .forEach(only::addNodeDef);
        return only.build();
    }
}
