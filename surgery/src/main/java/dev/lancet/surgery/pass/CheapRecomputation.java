package dev.lancet.surgery.pass;

import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Input;
import dev.lancet.surgery.graph.Node;
import java.util.HashSet;
import java.util.Set;

/**
 * Recomputes cheap tensors in the backward pass instead of keeping them in memory, if the backward pass keeps their
 * inputs anyway: norms, gated units and nonlinearities (all of which are function calls), slices, and transposes. One
 * pass over memory computes each of them. Unlike activation checkpointing, this computes no product twice (compare Chen
 * et al., arXiv 1604.06174, section 3).
 *
 * <pre>
 * h.N.mlp.inner           = &#64;gated(h.N.mlp.gate.out, h.N.mlp.up.out)
 * h.N.mlp.down.out        = MatMul(h.N.mlp.inner, h.N.mlp.down)
 * h.N.mlp.down.out.back.1 = MatMul(h.N.mlp.inner, dy) transpose_a
 *                                        -&gt;
 * later/h.N.mlp.inner     = &#64;gated(h.N.mlp.gate.out, h.N.mlp.up.out, ^dy)
 * h.N.mlp.down.out.back.1 = MatMul(later/h.N.mlp.inner, dy) transpose_a
 * </pre>
 *
 * In a step of a LLaMA model of width 768 with 1,024 tokens, this saves a quarter of the memory that is kept from the
 * forward to the backward pass.
 */
final class CheapRecomputation {

    private static final Set<String> CHEAP = Set.of("PartitionedCall", "Slice", "ConcatV2", "Reshape", "Transpose");

    private final GradientGraph gradients;
    private final GraphView view;
    private final Set<String> own;
    private final Set<String> recomputed = new HashSet<>();

    private CheapRecomputation(GradientGraph gradients, GraphView view) {
        this.gradients = gradients;
        this.view = view;
        this.own = Streams.dependents(view);
        for (Node node : view.ordered()) {
            if (cheap(node)) {
                recomputed.add(node.name());
            }
        }
    }

    /** The graph with gradients, in which the backward pass recomputes cheap tensors. */
    static GradientGraph of(GradientGraph gradients) {
        GraphView view = GraphView.of(gradients.graph());
        CheapRecomputation cheap = new CheapRecomputation(gradients, view);
        return Rematerialization.of(gradients, view, cheap::wanted, node -> cheap.recomputed.contains(node.name()));
    }

    /** A reshape of a tensor in memory takes no memory of its own. */
    private boolean wanted(Node node) {
        return recomputed.contains(node.name())
                && (!node.is("Reshape")
                        || recomputed.contains(node.dataInputs().get(0).node()));
    }

    /**
     * Whether a forward node is cheap, and all its inputs that depend on the batch are available in the backward pass.
     */
    private boolean cheap(Node node) {
        return !gradients.isBackward(node)
                && CHEAP.stream().anyMatch(node::is)
                && node.dataInputs().stream().anyMatch(input -> own.contains(input.node()))
                && node.dataInputs().stream().allMatch(this::available);
    }

    private boolean available(Input input) {
        String made = input.node();
        return !own.contains(made) || recomputed.contains(made) || keptForBackward(view.node(made));
    }

    private boolean keptForBackward(Node node) {
        return node.uses().stream().anyMatch(use -> gradients.isBackward(use.node()));
    }
}
