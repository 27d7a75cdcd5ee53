package dev.lancet.surgery.imported.discovery;

import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Input;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.imported.controlflow.Inlining;
import dev.lancet.surgery.imported.tracing.Pruning;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedObjectGraphOuterClass.SavedObjectGraph;

/** Maps variables to tensors of the checkpoint, from the nodes of the graph that restore them. */
public final class RestoreMapping {

    private static final String VALUE = "/.ATTRIBUTES/VARIABLE_VALUE";

    private RestoreMapping() {}

    /** The checkpoint keys by the name of the variable's node. */
    public static Map<String, String> keys(MetaGraphDef meta, GraphView graph) {
        Map<String, String> keys = new LinkedHashMap<>();
        String restore = Input.parse(meta.getSaverDef().getRestoreOpName()).node();
        if (graph.find(restore).isEmpty()) {
            return keys;
        }
        GraphView flat = GraphView.of(Inlining.flat(GraphView.of(Pruning.reaching(graph, Set.of(restore)))));
        for (Node node : flat.nodes()) {
            if (node.is("AssignVariableOp") || node.is("Assign")) {
                key(node).ifPresent(key -> node.producer(0).ifPresent(handle -> keys.put(handle.name(), key)));
            }
        }
        return keys;
    }

    private static Optional<String> key(Node assign) {
        Node user = assign;
        int input = 1;
        for (int i = 0; i < 8; i++) {
            Optional<Node> producer = user.producer(input);
            if (producer.isEmpty()) {
                return Optional.empty();
            }
            if (Set.of("RestoreV2", "Restore", "RestoreSlice")
                    .contains(producer.get().op())) {
                int port = user.dataInputs().get(input).port();
                return producer.get()
                        .producer(1)
                        .flatMap(names -> names.attribute("value"))
                        .map(AttrValue::getTensor)
                        .filter(names -> port < names.getStringValCount())
                        .map(names -> names.getStringVal(port).toStringUtf8());
            }
            user = producer.get();
            input = 0;
        }
        return Optional.empty();
    }

    /** The author's name of the variable with a key, from the object graph. */
    public static Optional<String> author(SavedObjectGraph objects, String key) {
        if (!key.endsWith(VALUE) || objects.getNodesCount() == 0) {
            return Optional.empty();
        }
        int at = 0;
        for (String part : key.substring(0, key.length() - VALUE.length()).split("/", -1)) {
            String name = part.replace(".S", "/").replace("..", ".");
            List<Integer> next = objects.getNodes(at).getChildrenList().stream()
                    .filter(child -> child.getLocalName().equals(name))
                    .map(child -> child.getNodeId())
                    .toList();
            if (next.isEmpty() || next.get(0) < 0 || next.get(0) >= objects.getNodesCount()) {
                return Optional.empty();
            }
            at = next.get(0);
        }
        String name = objects.getNodes(at).getVariable().getName();
        return name.isEmpty() ? Optional.empty() : Optional.of(name.replaceAll(":0$", ""));
    }
}
