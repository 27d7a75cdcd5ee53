package dev.lancet.surgery.pass;

import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Input;
import dev.lancet.surgery.graph.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

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
final class UnpackingAgain {

    private static final Pattern BACKWARD = Pattern.compile(".*\\.(?:back|grad)(?:\\..*)?");
    private static final String LATER = "later/";

    private final GraphView view;
    private final Map<String, Boolean> stored = new HashMap<>();
    private final Map<String, NodeDef> copies = new LinkedHashMap<>();

    private UnpackingAgain(GraphView view) {
        this.view = view;
    }

    /** The graph, which has its gradients; one without codes comes back as it is. */
    static GraphDef of(GraphDef graph) {
        UnpackingAgain again = new UnpackingAgain(GraphView.of(graph));
        List<NodeDef> nodes = new ArrayList<>();
        for (Node node : again.view.nodes()) {
            nodes.add(backward(node.name()) ? again.rewired(node) : node.definition());
        }
        return again.copies.isEmpty()
                ? graph
                : graph.toBuilder()
                        .clearNode()
                        .addAllNode(nodes)
                        .addAllNode(again.copies.values())
                        .build();
    }

    private static boolean backward(String name) {
        return BACKWARD.matcher(name).matches();
    }

    private NodeDef rewired(Node node) {
        Set<String> gates = new LinkedHashSet<>();
        node.dataInputs().stream()
                .map(Input::node)
                .filter(UnpackingAgain::backward)
                .forEach(gate -> gates.add("^" + gate));
        NodeDef.Builder rewired = node.definition().toBuilder();
        for (int i = 0; i < node.dataInputs().size(); i++) {
            Input input = node.dataInputs().get(i);
            if (!gates.isEmpty() && !backward(input.node()) && unpacked(view.node(input.node()))) {
                rewired.setInput(i, LATER + input);
                copy(view.node(input.node()), gates);
            }
        }
        return rewired.build();
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
            if (leaf(producer)) {
                copy.addInput(input.toString());
            } else {
                copy(producer, gates);
                copy.addInput(LATER + input);
                first = false;
            }
        }
        if (first) {
            copy.addAllInput(gates);
        }
        copies.put(LATER + node.name(), copy.build());
    }
}
