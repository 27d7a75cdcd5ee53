package dev.lancet.surgery;

import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.TensorProto;

/**
 * Sets a share of the inputs of adapters to 0 in training steps (Srivastava et al., JMLR 15, 2014), and divides the others by
 * the rest of the share. Which elements are lost follows from the seed, the fed number of the batch and the name of the
 * node, so a resumed training loses the same.
 *
 * <pre>
 * y = MatMul(x, X.lora.a)     ->     y.dropout.uniform = StatelessRandomUniform(shape of x, [of name and seed, dropout.batch])
 *                                    y.dropout.share   = Mul(dropout.on, share)
 *                                    y.dropout.kept    = Cast(GreaterEqual(y.dropout.uniform, y.dropout.share))
 *                                    y.dropout.factor  = Mul(y.dropout.kept, Reciprocal(1 - y.dropout.share))
 *                                    y.dropout         = Mul(x, y.dropout.factor)
 *                                    y                 = MatMul(y.dropout, X.lora.a)
 * </pre>
 *
 * Fed in each run: {@code dropout.batch}, an int64 scalar, and {@code dropout.on}, 1 in a training step and 0 otherwise, when
 * the inputs pass through unchanged.
 */
public final class AdapterDropout {

    /** The placeholder for the number of the batch. */
    public static final String BATCH = "dropout.batch";

    /** The placeholder for whether something is lost: 1 or 0. */
    public static final String ON = "dropout.on";

    private static final TensorType NUMBER = TensorType.of(DataType.DT_INT64);
    private static final TensorType SCALAR = TensorType.of(DataType.DT_FLOAT);

    private AdapterDropout() {}

    /**
     * The training graph in which the adapters of a plan lose inputs.
     *
     * @param graph the forward graph, after all passes that change its products
     * @param seed the seed of the training
     */
    public static GraphDef into(GraphDef graph, Plan plan, long seed) {
        Map<String, Double> shares = new HashMap<>();
        for (Step step : plan.steps()) {
            step.adapter()
                    .map(adapter -> adapter.dropout())
                    .filter(share -> share.isPresent())
                    .ifPresent(share -> shares.put(step.weight().adapterA(), share.getAsDouble()));
        }
        if (shares.isEmpty()) {
            return graph;
        }
        GraphView view = GraphView.of(graph);
        GraphBuilder fed = GraphBuilder.graph();
        fed.placeholder(BATCH, NUMBER);
        fed.placeholder(ON, SCALAR);
        GraphDef.Builder result =
                graph.toBuilder().clearNode().addAllNode(fed.toGraph().getNodeList());
        for (Node node : view.nodes()) {
            Optional<Double> share = share(node, shares);
            if (share.isPresent()) {
                result.addAllNode(lossy(node, share.get(), seed));
            } else {
                result.addNode(node.definition());
            }
        }
        return result.build();
    }

    /** The share that the input of a product loses, if the product is that of an adapter's first factor. */
    private static Optional<Double> share(Node node, Map<String, Double> shares) {
        if (!node.is("MatMul") || node.flag("transpose_a")) {
            return Optional.empty();
        }
        Optional<Node> read =
                node.producer(1).flatMap(second -> second.is("Cast") ? second.producer(0) : Optional.of(second));
        return read.filter(second -> second.is("ReadVariableOp"))
                .flatMap(second -> second.producer(0))
                .map(variable -> shares.get(variable.name()));
    }

    private static List<NodeDef> lossy(Node product, double share, long seed) {
        Node producer = product.producer(0).orElseThrow();
        int port = product.dataInputs().get(0).port();
        List<Long> dims = Attributes.dims(producer.definition(), port);
        DataType type = product.type("T");
        Value x = new Value(producer.name(), port, new TensorType(type, dims));
        String name = product.name() + ".dropout";
        GraphBuilder builder = GraphBuilder.graph();
        Ops ops = new Ops(builder);
        Value seeds = builder.node(name + ".seeds", "Pack")
                .in(number(builder, name + ".seed", seed(product.name(), seed)), new Value(BATCH, 0, NUMBER))
                .with("N", 2)
                .with("T", DataType.DT_INT64)
                .with("axis", 0)
                .gives(TensorType.of(DataType.DT_INT64, 2));
        int[] sizes = dims.stream().mapToInt(Math::toIntExact).toArray();
        Value uniform = builder.node(name + ".uniform", "StatelessRandomUniform")
                .in(ops.ints(name + ".shape", sizes), seeds)
                .after(x.node())
                .with("dtype", DataType.DT_FLOAT)
                .with("T", DataType.DT_INT32)
                .with("Tseed", DataType.DT_INT64)
                .gives(new TensorType(DataType.DT_FLOAT, dims));
        Value lost = ops.mul(name + ".share", new Value(ON, 0, SCALAR), ops.constant(name + ".most", (float) share));
        Value kept = ops.cast(
                name + ".kept", ops.compare(name + ".stays", "GreaterEqual", uniform, lost), DataType.DT_FLOAT);
        Value rest = ops.sub(name + ".rest", ops.constant(name + ".one", 1f), lost);
        Value factor = ops.mul(name + ".factor", kept, ops.unary(name + ".inverse", "Reciprocal", rest));
        Value typed = type == DataType.DT_FLOAT ? factor : ops.cast(name + ".narrow", factor, type);
        ops.mul(name, x, typed);
        NodeDef moved = product.definition().toBuilder().setInput(0, name).build();
        return Stream.concat(builder.toGraph().getNodeList().stream(), Stream.of(moved))
                .toList();
    }

    private static long seed(String name, long seed) {
        CRC32 sum = new CRC32();
        sum.update(name.getBytes(StandardCharsets.UTF_8));
        return sum.getValue() ^ (seed * 0x9E3779B97F4A7C15L);
    }

    private static Value number(GraphBuilder builder, String name, long value) {
        TensorProto tensor = TensorProto.newBuilder()
                .setDtype(DataType.DT_INT64)
                .setTensorShape(Attributes.shape(List.of()))
                .addInt64Val(value)
                .build();
        return builder.node(name, "Const")
                .with("dtype", DataType.DT_INT64)
                .with("value", Attributes.of(tensor))
                .gives(NUMBER);
    }
}
