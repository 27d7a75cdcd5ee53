package dev.lancet.surgery.pass;

import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * Splits the batch into several independent streams, one for each processor. Nodes that depend on the ids are copied for
 * each stream; all others (variables, their casts, angles, masks) are shared.
 *
 * <pre>
 * ids  = Placeholder [b, seq]               ids         = Placeholder [n · b, seq]
 * X    = Op(ids, W)                  ->     ids.streams = Split(0, ids)                   n outputs
 * loss = Mean(...)                          stream.i/X  = Op(ids.streams:i, W)            for every i below n
 *                                           loss        = Mul(AddN(stream.i/loss), 1 / n)
 * </pre>
 *
 * Two processors that share one operator wait for each other at its end, hundreds of times per step. Two that each run
 * their own stream wait once. The gradients of the streams meet where a weight is read, and {@code Backward} adds them
 * there.
 */
public final class Streams {

    private static final List<String> FED = List.of("ids", "labels", "segments", "positions", "loss.weights");
    private static final String LOSS = "loss";

    private Streams() {}

    /**
     * The graph with {@code n} streams.
     *
     * @param graph a training graph for the batch of one stream; it has the placeholders {@code ids} and {@code
     *     labels} and the scalar {@code loss}
     * @param n the number of streams; with 1 the graph is returned unchanged
     */
    public static GraphDef of(GraphDef graph, int n) {
        if (n < 1) {
            throw new IllegalArgumentException("streams: " + n + "; it must be 1 or more");
        }
        if (n == 1) {
            return graph;
        }
        GraphView view = GraphView.of(graph);
        List<String> fed = fed(view);
        Set<String> own = dependents(view);
        GraphDef.Builder result = graph.toBuilder().clearNode();
        view.nodes().stream()
                .filter(node -> !own.contains(node.name()) && !fed.contains(node.name()))
                .forEach(node -> result.addNode(node.definition()));
        fed.forEach(name -> result.addAllNode(split(view.node(name), n)));
        for (int stream = 0; stream < n; stream++) {
            for (Node node : view.nodes()) {
                if (own.contains(node.name())) {
                    result.addNode(copy(node, stream, fed, own));
                }
            }
        }
        return result.addAllNode(mean(view.node(LOSS), n)).build();
    }

    /** The largest number of equal streams for a batch, at most {@code processors}. */
    public static int fitting(int batch, int processors) {
        int streams = Math.max(1, Math.min(batch, processors));
        while (batch % streams != 0) {
            streams--;
        }
        return streams;
    }

    /** The placeholders of a batch. In the graph of an ordinary training, {@code positions} is computed. */
    private static List<String> fed(GraphView view) {
        return FED.stream()
                .filter(name ->
                        view.find(name).filter(node -> node.is("Placeholder")).isPresent())
                .toList();
    }

    /** The nodes that depend on the batch. */
    static Set<String> dependents(GraphView view) {
        List<String> fed = fed(view);
        Set<String> own = new HashSet<>();
        for (Node node : view.ordered()) {
            boolean depends =
                    node.inputs().stream().anyMatch(input -> fed.contains(input.node()) || own.contains(input.node()));
            if (depends) {
                own.add(node.name());
            }
        }
        return own;
    }

    private static List<NodeDef> split(Node placeholder, int n) {
        List<Long> dims = new ArrayList<>(Attributes.dims(placeholder.definition(), 0));
        DataType type = placeholder.type("dtype");
        TensorType part = new TensorType(type, dims);
        dims.set(0, n * dims.get(0));
        GraphBuilder builder = GraphBuilder.graph();
        Value whole = builder.placeholder(placeholder.name(), new TensorType(type, dims));
        Value axis = new Ops(builder).constant(placeholder.name() + ".streams.axis", 0);
        List<TensorType> parts = new ArrayList<>();
        for (int stream = 0; stream < n; stream++) {
            parts.add(part);
        }
        builder.node(placeholder.name() + ".streams", "Split")
                .in(axis, whole)
                .with("num_split", n)
                .with("T", type)
                .gives(parts);
        return builder.toGraph().getNodeList();
    }

    private static NodeDef copy(Node node, int stream, List<String> fed, Set<String> own) {
        NodeDef.Builder copy =
                node.definition().toBuilder().setName(name(node.name(), stream)).clearInput();
        node.inputs().forEach(input -> {
            String taken = input.toString();
            if (fed.contains(input.node())) {
                taken = input.node() + ".streams" + (stream == 0 ? "" : ":" + stream);
            } else if (own.contains(input.node())) {
                taken = (input.control() ? "^" : "") + name(taken.replace("^", ""), stream);
            }
            copy.addInput(taken);
        });
        return copy.build();
    }

    private static String name(String node, int stream) {
        return "stream." + stream + "/" + node;
    }

    private static List<NodeDef> mean(Node loss, int n) {
        TensorType scalar = TensorType.of(DataType.DT_FLOAT);
        GraphBuilder builder = GraphBuilder.graph();
        List<Value> losses = new ArrayList<>();
        for (int stream = 0; stream < n; stream++) {
            losses.add(new Value(name(loss.name(), stream), 0, scalar));
        }
        Value sum = builder.node(LOSS + ".sum", "AddN")
                .in(losses)
                .with("N", n)
                .with("T", DataType.DT_FLOAT)
                .gives(scalar);
        Ops ops = new Ops(builder);
        ops.mul(LOSS, sum, ops.constant(LOSS + ".share", 1f / n));
        return builder.toGraph().getNodeList();
    }
}
