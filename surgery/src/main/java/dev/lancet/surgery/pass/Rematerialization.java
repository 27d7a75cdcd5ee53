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
import org.tensorflow.proto.NodeDef;

/**
 * Recomputes nodes of the forward pass where the backward pass needs them, instead of keeping their results in memory. A
 * copy has control dependencies on gradients; otherwise it would run at once, and its result would stay in memory all the
 * same.
 *
 * <pre>
 * X      = Op(a)                  X       = Op(a)
 * X.back = Op(dy, X)      -&gt;      later/X = Op(a, ^dy)
 *                                 X.back  = Op(dy, later/X)
 * </pre>
 */
final class Rematerialization {

    /** The nodes that copies wait for. */
    interface Gates {
        /**
         * Names of backward nodes that the copies for this user wait for. No other user may influence them. If there are
         * none, nothing is copied.
         */
        Set<String> of(Node user, Node made);
    }

    private final GradientGraph gradients;
    private final GraphView view;
    private final String prefix;
    private final Predicate<Node> wanted;
    private final Predicate<Node> along;
    private final Map<String, NodeDef> copies = new LinkedHashMap<>();

    private Rematerialization(
            GradientGraph gradients, GraphView view, String prefix, Predicate<Node> wanted, Predicate<Node> along) {
        this.gradients = gradients;
        this.view = view;
        this.prefix = prefix;
        this.wanted = wanted;
        this.along = along;
    }

    /**
     * The graph in which some nodes of the forward pass are recomputed, each as {@code later/X}, once the gradient that
     * it is multiplied with is available. If a node has several users, the first in the order of the graph decides what
     * the copy waits for: that cannot depend on another user, so there is no cycle.
     *
     * @param gradients a graph with gradients
     * @param view the same graph
     * @param wanted the nodes to recompute
     * @param along which of their inputs are recomputed with them
     */
    static GradientGraph of(GradientGraph gradients, GraphView view, Predicate<Node> wanted, Predicate<Node> along) {
        return of(gradients, view, "later/", wanted, along, (user, made) -> taken(gradients, user));
    }

    /** The same with another prefix for the copies and other nodes to wait for. */
    static GradientGraph of(
            GradientGraph gradients,
            GraphView view,
            String prefix,
            Predicate<Node> wanted,
            Predicate<Node> along,
            Gates gates) {
        Rematerialization later = new Rematerialization(gradients, view, prefix, wanted, along);
        Map<String, NodeDef> rewired = new HashMap<>();
        view.ordered().stream()
                .filter(gradients::isBackward)
                .forEach(node -> rewired.put(node.name(), later.rewired(node, gates)));
        if (later.copies.isEmpty()) {
            return gradients;
        }
        List<NodeDef> nodes = view.nodes().stream()
                .map(node -> rewired.getOrDefault(node.name(), node.definition()))
                .toList();
        return gradients.with(view.definition().toBuilder()
                .clearNode()
                .addAllNode(nodes)
                .addAllNode(later.copies.values())
                .build());
    }

    private static Set<String> taken(GradientGraph gradients, Node user) {
        Set<String> taken = new LinkedHashSet<>();
        user.dataInputs().stream()
                .map(Input::node)
                .filter(gradients.backward()::contains)
                .forEach(taken::add);
        return taken;
    }

    private NodeDef rewired(Node user, Gates gates) {
        NodeDef.Builder rewired = user.definition().toBuilder();
        for (int i = 0; i < user.dataInputs().size(); i++) {
            Input input = user.dataInputs().get(i);
            Node made = view.node(input.node());
            if (!gradients.isBackward(made) && wanted.test(made)) {
                Set<String> waited = gates.of(user, made);
                if (!waited.isEmpty()) {
                    rewired.setInput(i, prefix + input);
                    copy(made, waited);
                }
            }
        }
        return rewired.build();
    }

    /** Copies a node. Where it has control dependencies on the forward pass, the copy waits for the gates instead. */
    private void copy(Node node, Set<String> gates) {
        if (copies.containsKey(prefix + node.name())) {
            return;
        }
        NodeDef.Builder copy =
                node.definition().toBuilder().setName(prefix + node.name()).clearInput();
        boolean first = true;
        for (Input input : node.dataInputs()) {
            Node producer = view.node(input.node());
            if (along.test(producer)) {
                copy(producer, gates);
                copy.addInput(prefix + input);
                first = false;
            } else {
                copy.addInput(input.toString());
            }
        }
        if (first) {
            gates.forEach(gate -> copy.addInput("^" + gate));
        }
        copies.put(prefix + node.name(), copy.build());
    }
}
