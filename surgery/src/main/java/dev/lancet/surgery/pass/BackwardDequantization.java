package dev.lancet.surgery.pass;

import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Node;
import java.util.HashMap;
import java.util.Map;
import org.tensorflow.proto.DataType;

/**
 * Codes are turned into floats again where the backward pass needs them (Dettmers et al., arXiv 2305.14314, equation 5). Otherwise
 * the floats of every quantised layer would stay from the forward to the backward pass, all of them at one time, and more of
 * them than if nothing had been quantised. What is turned again waits for the gradient that it is multiplied with.
 *
 * <pre>
 * X.values     = &#64;int4_...(X, X.scale, ^x)         X.values       = &#64;int4_...(X, X.scale, ^x)
 * X.out        = MatMul(x, X.values)                X.out          = MatMul(x, X.values)
 * X.out.back.0 = MatMul(dy, X.values)      -&gt;       later/X.values = &#64;int4_...(X, X.scale, ^dy)
 *                                                   X.out.back.0   = MatMul(dy, later/X.values)
 * </pre>
 *
 * Whatever stands between the codes and the product comes along: bits that are only seen otherwise, casts to 16 bits.
 */
final class BackwardDequantization {

    private final GraphView view;
    private final Map<String, Boolean> stored = new HashMap<>();

    private BackwardDequantization(GraphView view) {
        this.view = view;
    }

    /** The graph, which has its gradients; one without codes comes back as it is. */
    static GradientGraph of(GradientGraph gradients) {
        GraphView view = GraphView.of(gradients.graph());
        return Rematerialization.of(gradients, view, new BackwardDequantization(view)::unpacked, node -> !leaf(node));
    }

    /** Whether a node is made of nothing but variables and constants, codes among them, and is none of them itself. */
    private boolean unpacked(Node node) {
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

    /** Of nodes that are made of leaves alone, which are few and lie near them. */
    private boolean madeOfCodes(Node node) {
        return node.is("ReadVariableOp")
                ? node.type("dtype") == DataType.DT_UINT8
                : !node.is("Const")
                        && node.dataInputs().stream().anyMatch(input -> madeOfCodes(view.node(input.node())));
    }
}
