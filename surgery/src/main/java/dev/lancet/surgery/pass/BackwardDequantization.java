package dev.lancet.surgery.pass;

import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Node;
import java.util.HashMap;
import java.util.Map;
import org.tensorflow.proto.DataType;

/**
 * Dequantizes weights again in the backward pass (Dettmers et al., arXiv 2305.14314, equation 5). Otherwise the float
 * values of every quantised layer would stay in memory from the forward to the backward pass, which takes more memory
 * than the unquantised model. Each dequantization waits for the gradient that its result is multiplied with.
 *
 * <pre>
 * X.values     = &#64;int4_...(X, X.scale, ^x)         X.values       = &#64;int4_...(X, X.scale, ^x)
 * X.out        = MatMul(x, X.values)                X.out          = MatMul(x, X.values)
 * X.out.back.0 = MatMul(dy, X.values)      -&gt;       later/X.values = &#64;int4_...(X, X.scale, ^dy)
 *                                                   X.out.back.0   = MatMul(dy, later/X.values)
 * </pre>
 *
 * The nodes between the codes and the product are recomputed too: bitcasts and casts to 16 bits.
 */
final class BackwardDequantization {

    private final GraphView view;
    private final Map<String, Boolean> stored = new HashMap<>();

    private BackwardDequantization(GraphView view) {
        this.view = view;
    }

    /**
     * The graph with gradients and with dequantization in the backward pass; a graph without codes is returned unchanged.
     */
    static GradientGraph of(GradientGraph gradients) {
        GraphView view = GraphView.of(gradients.graph());
        return Rematerialization.of(
                gradients, view, new BackwardDequantization(view)::dequantized, node -> !leaf(node));
    }

    /** Whether a node is computed only from variables and constants, including codes, and is not itself one of these. */
    private boolean dequantized(Node node) {
        return !leaf(node) && madeOfLeaves(node) && madeOfCodes(node);
    }

    private static boolean leaf(Node node) {
        return node.is("ReadVariableOp") || node.is("Const");
    }

    private boolean madeOfLeaves(Node node) {
        Boolean known = stored.get(node.name());
        if (known == null) {
            known = leaf(node)
                    || (!node.dataInputs().isEmpty()
                            && node.dataInputs().stream().allMatch(input -> madeOfLeaves(view.node(input.node()))));
            stored.put(node.name(), known);
        }
        return known;
    }

    /** Only for nodes that are computed from leaves alone; these are few and close to the leaves. */
    private boolean madeOfCodes(Node node) {
        return node.is("ReadVariableOp")
                ? node.type("dtype") == DataType.DT_UINT8
                : !node.is("Const")
                        && node.dataInputs().stream().anyMatch(input -> madeOfCodes(view.node(input.node())));
    }
}
