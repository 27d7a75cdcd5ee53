package dev.lancet.surgery.imported.controlflow;

import dev.lancet.dsl.LancetException;
import dev.lancet.surgery.graph.Input;
import dev.lancet.surgery.graph.OutputNames;
import dev.lancet.surgery.imported.controlflow.Inlining.Returned;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.NodeDef;

/** Maps the names in a body to names in the graph. */
final class BodyScope {

    private final String function;
    private final Map<String, String> arguments = new HashMap<>();
    private final Map<String, NodeDef> nodes = new HashMap<>();
    private final Map<String, String> names = new HashMap<>();
    private final Map<String, Returned> calls = new HashMap<>();

    BodyScope(String function) {
        this.function = function;
    }

    void argument(String name, String value) {
        arguments.put(name, value);
    }

    void node(NodeDef node, String name) {
        nodes.put(node.getName(), node);
        names.put(node.getName(), name);
    }

    void call(String node, List<String> values, List<String> after) {
        calls.put(node, new Returned(values, after));
    }

    /**
     * Resolves one reference of a body. A control dependency on a call becomes one on every node that the call must have
     * run.
     */
    List<String> resolve(String reference) {
        if (reference.startsWith("^")) {
            return after(reference.substring(1));
        }
        int colon = reference.indexOf(':');
        String local = colon < 0 ? reference : reference.substring(0, colon);
        if (arguments.containsKey(local)) {
            return List.of(arguments.get(local));
        }
        String port = colon < 0 ? "output:0" : reference.substring(colon + 1);
        int second = port.indexOf(':');
        String word = second < 0 ? port : port.substring(0, second);
        int index = second < 0 ? 0 : Input.parse("x" + port.substring(second)).port();
        Returned returned = calls.get(local);
        if (returned != null) {
            if (index >= returned.values().size()) {
                throw unknown(reference);
            }
            return List.of(returned.values().get(index));
        }
        NodeDef node = nodes.get(local);
        if (node == null) {
            throw unknown(reference);
        }
        return List.of(new Input(names.getOrDefault(local, local), OutputNames.number(node, word, index)).toString());
    }

    private List<String> after(String local) {
        Returned returned = calls.get(local);
        if (returned != null) {
            return returned.after().stream().map(name -> "^" + name).toList();
        }
        String argument = arguments.get(local);
        if (argument != null) {
            return List.of("^" + Input.parse(argument).node());
        }
        String name = names.get(local);
        if (name == null) {
            throw unknown("^" + local);
        }
        return List.of("^" + name);
    }

    private LancetException unknown(String reference) {
        return new LancetException(
                "graph: function " + function + " takes '" + reference + "', which does not exist in it");
    }
}
