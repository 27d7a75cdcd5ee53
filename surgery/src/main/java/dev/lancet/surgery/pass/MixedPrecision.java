package dev.lancet.surgery.pass;

import static java.util.Objects.requireNonNull;

import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Input;
import dev.lancet.surgery.graph.Node;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * Computes matrix products in 16 bits, and everything that accumulates in float32: variables, the residual stream, the
 * loss, and the bodies of the functions between the products (Micikevicius et al., arXiv 1710.03740). bfloat16 has the
 * range of float32. float16 has a smaller range, so its gradients need a scaled loss ({@link
 * dev.lancet.surgery.gradient.LossScale}). In bfloat16:
 *
 * <pre>
 * norm = &#64;norm(stream, gain)               norm = &#64;norm(stream, gain)            gives bfloat16
 *                                             W.read.narrow = Cast(W.read)
 * q    = MatMul(norm, W.read)          ->     q    = MatMul(norm, W.read.narrow)   bfloat16
 * sum  = &#64;residual(stream, q)              sum  = &#64;residual(stream, q)           takes bfloat16, gives float32
 * loss = Op(sum)                              loss = Op(sum)
 * </pre>
 *
 * A function returns 16 bits unless it adds to one of its float32 arguments: a running sum keeps its precision. Products
 * with a matrix that is stored in bfloat16 (see {@link dev.lancet.surgery.rule.QuantizeWeight}) lose their casts and
 * become like those above; in float16 they stay as they are:
 *
 * <pre>
 * q.in = Cast(norm)                           q.in = Identity(norm)                bfloat16
 * q.product = MatMul(q.in, W.read)     ->     q.product = MatMul(q.in, W.read)     bfloat16
 * q    = Cast(q.product)                      q    = Identity(q.product)           bfloat16
 * </pre>
 */
public final class MixedPrecision {

    private static final DataType WIDE = DataType.DT_FLOAT;
    private static final Set<String> PRODUCTS = Set.of("MatMul", "BatchMatMulV2");
    private static final Set<String> FOLLOWERS = Set.of("Softmax", "Transpose", "Reshape", "Identity");

    private final GraphView view;
    private final DataType type;
    private final Map<String, NodeDef> nodes = new LinkedHashMap<>();
    private final Map<String, FunctionDef> functions = new LinkedHashMap<>();
    private final Set<String> narrow = new HashSet<>();

    private MixedPrecision(GraphView view, DataType type) {
        this.view = view;
        this.type = type;
    }

    /** The forward graph of a training in float32, with its products in bfloat16. */
    public static GraphDef bfloat16(GraphDef graph) {
        return in(DataType.DT_BFLOAT16, graph);
    }

    /** The forward graph of a training in float32, with its products in float16. */
    public static GraphDef float16(GraphDef graph) {
        return in(DataType.DT_HALF, graph);
    }

    private static GraphDef in(DataType type, GraphDef graph) {
        MixedPrecision mixed = new MixedPrecision(GraphView.of(graph), type);
        mixed.view.ordered().forEach(mixed::draw);
        GraphDef.Builder result = graph.toBuilder().clearNode().addAllNode(mixed.nodes.values());
        result.getLibraryBuilder().clearFunction();
        graph.getLibrary().getFunctionList().forEach(function -> result.getLibraryBuilder()
                .addFunction(
                        mixed.functions.getOrDefault(function.getSignature().getName(), function)));
        return result.build();
    }

    private void draw(Node node) {
        NodeDef.Builder drawn = node.definition().toBuilder();
        boolean narrows = false;
        if (PRODUCTS.contains(node.op()) && node.type("T") == WIDE) {
            inputs(node, drawn, type);
            narrows = true;
        } else if (FOLLOWERS.contains(node.op()) && isNarrow(node.inputs().get(0))) {
            narrows = true;
        } else if (node.is("PartitionedCall")) {
            narrows = call(node, drawn);
        } else if (entersProduct(node)) {
            narrows = true;
            same(drawn, isNarrow(node.inputs().get(0)));
        } else if (leavesProduct(node)) {
            narrows = true;
            same(drawn, true);
        } else if (!product(node)) {
            inputs(node, drawn, WIDE);
        }
        if (narrows) {
            narrow.add(node.name());
            if (drawn.containsAttr("T")) {
                drawn.putAttr("T", Attributes.of(type));
            }
        }
        nodes.put(node.name(), drawn.build());
    }

    /** Whether a node is a product that is already in this 16-bit type. */
    private boolean product(Node node) {
        return PRODUCTS.contains(node.op()) && node.type("T") == type;
    }

    private boolean entersProduct(Node node) {
        return node.is("Cast")
                && node.type("DstT") == type
                && node.uses().stream().map(Node.Use::node).allMatch(this::product);
    }

    private boolean leavesProduct(Node node) {
        return node.is("Cast")
                && node.type("SrcT") == type
                && node.producer(0).filter(this::product).isPresent();
    }

    /** Turns a cast into an Identity if its input already has the wanted type. */
    private void same(NodeDef.Builder cast, boolean already) {
        if (already) {
            cast.setOp("Identity")
                    .removeAttr("SrcT")
                    .removeAttr("DstT")
                    .removeAttr("Truncate")
                    .putAttr("T", Attributes.of(type));
        }
    }

    private boolean isNarrow(Input input) {
        return input.port() == 0 && narrow.contains(input.node());
    }

    /** The inputs; a floating input of another type is cast. */
    private void inputs(Node node, NodeDef.Builder drawn, DataType wanted) {
        for (int i = 0; i < node.dataInputs().size(); i++) {
            Input input = node.dataInputs().get(i);
            if (isNarrow(input) == (wanted == WIDE)) {
                drawn.setInput(i, cast(input, wanted));
            }
        }
    }

    private String cast(Input input, DataType wanted) {
        Node producer = view.node(input.node());
        String name = producer.name() + (wanted == WIDE ? ".wide" : ".narrow");
        nodes.computeIfAbsent(name, unknown -> NodeDef.newBuilder()
                .setName(name)
                .setOp("Cast")
                .addInput(input.toString())
                .putAttr("SrcT", Attributes.of(wanted == WIDE ? type : WIDE))
                .putAttr("DstT", Attributes.of(wanted))
                .putAttr("Truncate", Attributes.of(false))
                .putAttr(Attributes.SHAPES, producer.definition().getAttrOrThrow(Attributes.SHAPES))
                .build());
        return name;
    }

    private boolean call(Node node, NodeDef.Builder drawn) {
        MixedPrecisionFunction typing = new MixedPrecisionFunction(
                requireNonNull(view.functions().get(NodeQueries.called(node)), node.name()),
                node.dataInputs().stream().map(this::isNarrow).toList(),
                type);
        FunctionDef typed = typing.typed();
        FunctionDef before = functions.putIfAbsent(NodeQueries.called(node), typed);
        if (before != null && !before.equals(typed)) {
            throw new IllegalArgumentException("function '" + NodeQueries.called(node)
                    + "' is called with float32 and with 16 bits; all calls of a function must have the same types");
        }
        drawn.putAttr("Tin", typing.argumentTypes()).putAttr("Tout", typing.resultTypes());
        return typing.narrows();
    }
}
