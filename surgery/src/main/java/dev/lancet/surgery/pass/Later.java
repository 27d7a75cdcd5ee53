package dev.lancet.surgery.pass;

import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Input;
import dev.lancet.surgery.graph.Node;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * Nodes of the forward pass that are computed a second time where the backward pass needs them, instead of being held from the
 * one to the other. A copy waits for the gradient that it is multiplied with.
 *
 * <pre>
 * X      = Op(a)                  X       = Op(a)
 * X.back = Op(dy, X)      -&gt;      later/X = Op(a, ^dy)
 *                                 X.back  = Op(dy, later/X)
 * </pre>
 *
 * Of several users the first in the order of the graph decides what is waited for: nothing that it waits for can depend on
 * another of them, so no circle comes of it.
 */
final class Later {

    private static final Pattern BACKWARD = Pattern.compile(".*\\.(?:back|grad)(?:\\..*)?");
    private static final String LATER = "later/";

    private final GraphView view;
    private final Predicate<Node> wanted;
    private final Predicate<Node> along;
    private final Map<String, NodeDef> copies = new LinkedHashMap<>();

    private Later(GraphView view, Predicate<Node> wanted, Predicate<Node> along) {
        this.view = view;
        this.wanted = wanted;
        this.along = along;
    }

    /**
     * The graph, some nodes of its forward pass computed again.
     *
     * @param view a graph that has its gradients
     * @param wanted which nodes are not to be held
     * @param along which of the nodes that these are made of are computed again with them
     */
    static GraphDef of(GraphView view, Predicate<Node> wanted, Predicate<Node> along) {
        Later later = new Later(view, wanted, along);
        Map<String, NodeDef> rewired = new HashMap<>();
        view.ordered().stream()
                .filter(node -> backward(node.name()))
                .forEach(node -> rewired.put(node.name(), later.rewired(node)));
        if (later.copies.isEmpty()) {
            return view.definition();
        }
        List<NodeDef> nodes = view.nodes().stream()
                .map(node -> rewired.getOrDefault(node.name(), node.definition()))
                .toList();
        return view.definition().toBuilder()
                .clearNode()
                .addAllNode(nodes)
                .addAllNode(later.copies.values())
                .build();
    }

    /** Whether a node of this name belongs to the backward pass. */
    static boolean backward(String name) {
        return BACKWARD.matcher(name).matches();
    }

    private NodeDef rewired(Node node) {
        Set<String> gates = new LinkedHashSet<>();
        node.dataInputs().stream().map(Input::node).filter(Later::backward).forEach(gate -> gates.add("^" + gate));
        NodeDef.Builder rewired = node.definition().toBuilder();
        for (int i = 0; i < node.dataInputs().size(); i++) {
            Input input = node.dataInputs().get(i);
            if (!gates.isEmpty() && !backward(input.node()) && wanted.test(view.node(input.node()))) {
                rewired.setInput(i, LATER + input);
                copy(view.node(input.node()), gates);
            }
        }
        return rewired.build();
    }

    /** What waits for something in the forward pass waits for the gradient in its place. */
    private void copy(Node node, Set<String> gates) {
        if (copies.containsKey(LATER + node.name())) {
            return;
        }
        NodeDef.Builder copy =
                node.definition().toBuilder().setName(LATER + node.name()).clearInput();
        boolean first = true;
        for (Input input : node.dataInputs()) {
            Node producer = view.node(input.node());
            if (along.test(producer)) {
                copy(producer, gates);
                copy.addInput(LATER + input);
                first = false;
            } else {
                copy.addInput(input.toString());
            }
        }
        if (first) {
            copy.addAllInput(gates);
        }
        copies.put(LATER + node.name(), copy.build());
    }
}
