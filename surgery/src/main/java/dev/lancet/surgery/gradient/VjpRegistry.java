package dev.lancet.surgery.gradient;

import dev.lancet.dsl.LancetException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tensorflow.proto.NodeDef;

/** The registry of vector–Jacobian products, by op. */
final class VjpRegistry {

    /** Ops that no gradient passes through, whatever their inputs. */
    private static final Set<String> STOPS = Set.of("StopGradient", "Bitcast", "PreventGradient");

    private static final List<Map<String, Vjp>> FAMILIES = List.of(
            MatrixProductVjps.VJPS,
            ArithmeticVjps.VJPS,
            ElementwiseVjps.VJPS,
            ReductionVjps.VJPS,
            ShapeVjps.VJPS,
            SliceAndConcatVjps.VJPS,
            LookupVjps.VJPS,
            CrossEntropyVjps.VJPS);

    private final Map<String, Vjp> products;

    private VjpRegistry(Map<String, Vjp> products) {
        this.products = Map.copyOf(products);
    }

    /** A registry with all families, and this derivation of function calls. */
    static VjpRegistry with(FunctionCallVjps calls) {
        Map<String, Vjp> products = new HashMap<>();
        FAMILIES.forEach(products::putAll);
        products.put("PartitionedCall", calls);
        products.put("StatefulPartitionedCall", calls);
        return new VjpRegistry(products);
    }

    static boolean stops(NodeDef node) {
        return STOPS.contains(node.getOp());
    }

    /**
     * The vector–Jacobian product of this node's op.
     *
     * @throws LancetException if there is none; the message names node and op
     */
    Vjp of(NodeDef node) {
        @Nullable Vjp product = products.get(node.getOp());
        if (product == null) {
            throw missing(node, "");
        }
        return product;
    }

    static LancetException missing(NodeDef node, String how) {
        String where = how.isEmpty() ? "" : " " + how;
        return new LancetException("node '" + node.getName() + "': no gradient is known for op " + node.getOp() + where
                + ", which lies between a trained weight and the loss; freeze the weights below it or use another op");
    }
}
