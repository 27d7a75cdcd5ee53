package dev.lancet.surgery.gradient;

import dev.lancet.dsl.LancetException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.tensorflow.proto.NodeDef;

/** The table of vector–Jacobian products: every op that a gradient can pass, by its name. */
final class VjpRegistry {

    /** Ops that a gradient never passes, whatever they are made of. */
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

    /** Every room, and the calls as this library derives them. */
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
     * The product of this node's op.
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
                + ", and it lies between a trained weight and the loss; freeze the weights below it or use another op");
    }
}
