package dev.lancet.surgery.pass;

import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Input;
import dev.lancet.surgery.graph.Node;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Activation checkpointing (Chen et al., arXiv 1604.06174): the forward pass keeps only the tensors between blocks, and
 * the backward pass recomputes the others, block by block. This costs about a third more computation, and the memory no
 * longer grows with the tensors inside the blocks.
 *
 * <pre>
 * h.N.x      = Op(stream)              h.N.x       = Op(stream)
 * h.N.x.back = Op(dy, h.N.x)    -&gt;     recomputed/h.N.x = Op(stream) after dy
 *                                      h.N.x.back  = Op(dy, recomputed/h.N.x)
 * </pre>
 *
 * The recomputation of a block waits for the gradient that enters the block, so that never more than one block of a
 * stream is in memory.
 */
final class ActivationCheckpointing {

    private static final Pattern BLOCK = Pattern.compile("(?:stream\\.\\d+/)?h\\.\\d+\\.");
    private static final String AGAIN = "recomputed/";
    private static final String OUTPUT = "mlp.residual";

    private final GradientGraph gradients;
    private final Set<String> own;
    private final Map<String, Set<String>> gates = new HashMap<>();

    private ActivationCheckpointing(GradientGraph gradients, GraphView view) {
        this.gradients = gradients;
        this.own = Streams.dependents(view);
        view.nodes().forEach(this::gate);
    }

    /** The graph with gradients, in which the backward pass recomputes every block. */
    static GradientGraph of(GradientGraph gradients) {
        GraphView view = GraphView.of(gradients.graph());
        ActivationCheckpointing again = new ActivationCheckpointing(gradients, view);
        return Rematerialization.of(
                gradients, view, AGAIN, again::inside, again::inside, (user, made) -> again.gates(made));
    }

    private static String block(String name) {
        Matcher matcher = BLOCK.matcher(name);
        return matcher.lookingAt() ? matcher.group() : "";
    }

    /** Records the inputs of a block's backward pass that come from the backward pass of the next block. */
    private void gate(Node node) {
        String block = block(node.name());
        if (block.isEmpty() || !gradients.isBackward(node)) {
            return;
        }
        for (Input input : node.dataInputs()) {
            if (gradients.backward().contains(input.node())
                    && !block(input.node()).equals(block)) {
                gates.computeIfAbsent(block, unknown -> new LinkedHashSet<>()).add(input.node());
            }
        }
    }

    private Set<String> gates(Node node) {
        return gates.getOrDefault(block(node.name()), Set.of());
    }

    /** Whether a node is inside a block: it has the block's name, depends on the batch, and is not the block's output. */
    private boolean inside(Node node) {
        String name = node.name();
        return !gates(node).isEmpty()
                && own.contains(name)
                && !gradients.isBackward(node)
                && !name.equals(block(name) + OUTPUT);
    }
}
