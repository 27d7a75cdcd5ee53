package dev.lancet.surgery.pass;

import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Input;
import dev.lancet.surgery.graph.Node;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * Activation checkpointing (Chen et al., arXiv 1604.06174): the forward pass keeps only what goes from block to block, and
 * the backward pass of a block computes the rest of it again. A third more work, for memory that no longer grows with what
 * is inside the blocks.
 *
 * <pre>
 * h.N.x      = Op(stream)              h.N.x       = Op(stream)
 * h.N.x.back = Op(dy, h.N.x)    -&gt;     again/h.N.x = Op(stream) after dy
 *                                      h.N.x.back  = Op(dy, again/h.N.x)
 * </pre>
 *
 * The copies wait for the gradient that comes into the block, so that never more than one block of a stream is held.
 */
final class Recomputation {

    private static final Pattern BLOCK = Pattern.compile("(?:stream\\.\\d+/)?h\\.\\d+\\.");
    private static final Pattern BACKWARD = Pattern.compile(".*\\.(?:back|grad)(?:\\..*)?");
    private static final String AGAIN = "again/";
    private static final String OUTPUT = "mlp.residual";

    private final GraphView view;
    private final Set<String> own;
    private final Map<String, Set<String>> gates = new LinkedHashMap<>();
    private final Map<String, NodeDef> copies = new LinkedHashMap<>();

    private Recomputation(GraphView view) {
        this.view = view;
        this.own = Streams.dependents(view);
    }

    /** The graph, which has its gradients, with every block computed again when they reach it. */
    static GraphDef of(GraphDef graph) {
        Recomputation again = new Recomputation(GraphView.of(graph));
        again.view.nodes().forEach(again::gate);
        List<NodeDef> nodes = new ArrayList<>();
        for (Node node : again.view.nodes()) {
            nodes.add(backward(node.name()) ? again.rewired(node) : node.definition());
        }
        return graph.toBuilder()
                .clearNode()
                .addAllNode(nodes)
                .addAllNode(again.copies.values())
                .build();
    }

    private static boolean backward(String name) {
        return BACKWARD.matcher(name).matches();
    }

    private static String block(String name) {
        Matcher matcher = BLOCK.matcher(name);
        return matcher.lookingAt() ? matcher.group() : "";
    }

    /** What comes into the backward pass of a block from that of the next. */
    private void gate(Node node) {
        String block = block(node.name());
        if (block.isEmpty() || !backward(node.name())) {
            return;
        }
        for (Input input : node.dataInputs()) {
            if (backward(input.node()) && !block(input.node()).equals(block)) {
                gates.computeIfAbsent(block, unknown -> new LinkedHashSet<>()).add(input.node());
            }
        }
    }

    /** A node of a backward pass that takes copies of what its block, or the next, had computed. */
    private NodeDef rewired(Node node) {
        NodeDef.Builder rewired = node.definition().toBuilder();
        for (int i = 0; i < node.dataInputs().size(); i++) {
            Input input = node.dataInputs().get(i);
            if (inside(input.node())) {
                rewired.setInput(i, AGAIN + input);
                copy(view.node(input.node()));
            }
        }
        return rewired.build();
    }

    /** Whether a node lies inside a block: it has the block's name, depends on the batch, and is not what the block gives. */
    private boolean inside(String name) {
        String block = block(name);
        return !block.isEmpty()
                && gates.containsKey(block)
                && own.contains(name)
                && !backward(name)
                && !name.equals(block + OUTPUT);
    }

    private void copy(Node node) {
        if (copies.containsKey(AGAIN + node.name())) {
            return;
        }
        NodeDef.Builder copy =
                node.definition().toBuilder().setName(AGAIN + node.name()).clearInput();
        Set<String> controls = new LinkedHashSet<>();
        boolean first = true;
        for (Input input : node.inputs()) {
            if (!input.control() && inside(input.node())) {
                copy(view.node(input.node()));
                copy.addInput(AGAIN + input);
                first = false;
            } else if (input.control()) {
                controls.add(input.toString());
            } else {
                copy.addInput(input.toString());
            }
        }
        if (first) {
            gates.getOrDefault(block(node.name()), new HashSet<>()).forEach(gate -> controls.add("^" + gate));
        }
        copy.addAllInput(controls);
        copies.put(AGAIN + node.name(), copy.build());
    }
}
