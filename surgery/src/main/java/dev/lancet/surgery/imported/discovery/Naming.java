package dev.lancet.surgery.imported.discovery;

import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Input;
import dev.lancet.surgery.graph.Node;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/** Renames nodes everywhere in a graph. */
public final class Naming {

    private Naming() {}

    /** The wanted names that are free in a graph and wanted only once. */
    public static Map<String, String> possible(GraphView graph, Map<String, String> wanted) {
        Map<String, Integer> times = new HashMap<>();
        wanted.values().forEach(name -> times.merge(name, 1, Integer::sum));
        Map<String, String> possible = new LinkedHashMap<>();
        wanted.forEach((node, name) -> {
            if (times.getOrDefault(name, 0) == 1
                    && graph.find(name).isEmpty()
                    && name.matches("[A-Za-z0-9.][A-Za-z0-9_.\\-/]*")) {
                possible.put(node, name);
            }
        });
        return possible;
    }

    /** The graph with new names; variables get their new name as shared name. */
    public static GraphDef renamed(GraphView graph, Map<String, String> names) {
        GraphDef.Builder renamed = graph.definition().toBuilder().clearNode();
        for (Node node : graph.nodes()) {
            NodeDef.Builder changed = node.definition().toBuilder().clearInput();
            for (Input input : node.inputs()) {
                String name = names.getOrDefault(input.node(), input.node());
                changed.addInput(new Input(name, input.port()).toString());
            }
            String name = names.get(node.name());
            if (name != null) {
                changed.setName(name);
            }
            if (node.is("VarHandleOp")) {
                changed.putAttr("shared_name", Attributes.of(changed.getName()))
                        .putAttr("container", Attributes.of(""));
                changed.removeAttr("debug_name");
            }
            // The node is colocated with a node that has a new name.
            renamed.addNode(changed.removeAttr("_class"));
        }
        return renamed.build();
    }
}
