package dev.lancet.surgery.pass;

import dev.lancet.surgery.gradient.Backward;
import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * Averages the gradients of several workers, each of which computes them for its own part of a batch, by TensorFlow's
 * collectives. The gradients that the backward pass finishes first are sent first, while it still runs.
 *
 * <pre>
 * X.grad = Identity(g)        X.grad.own     = Identity(g)
 *                             reduce.i.sent  = ConcatV2(Reshape(X.grad.own, [-1]))      for the X of bucket i
 *                      -&gt;     reduce.i       = CollectiveReduceV2(reduce.i.sent)        the mean over all workers
 *                             X.grad         = Reshape(SplitV(reduce.i), as X)
 * loss                        workers.summary = CollectiveReduceV2(ConcatV2(loss, workers.report))    the sum
 *                             workers.total   = CollectiveReduceV2(workers.part)                      the sum
 * </pre>
 *
 * A float32 gradient that fills a bucket alone is sent as it is, without a copy. {@code workers.report} is a float32 vector that
 * every worker feeds at each step with what the others have to know; {@code workers.part}, a float64 vector of two, is
 * fed where workers add up numbers outside a step. Fetched with a step: {@code workers.waited}, the seconds between the
 * last gradient of this worker and the last mean.
 *
 * @param workers the number of workers, at least 2
 * @param report the size of {@code workers.report}
 * @param bucket bytes of gradients that are sent together, at least 1
 * @param firstInstance the key of the first collective; those of two graphs that run in the same processes must not
 *     overlap
 * @param half whether gradients are rounded to bfloat16 before they are sent, and so are their sums at every worker of
 *     the ring; losses and reports stay float32
 */
public record GradientReduction(int workers, int report, long bucket, int firstInstance, boolean half) {

    /** Fed with a step. */
    public static final String REPORT = "workers.report";

    /** Fetched with a step: the sum of all losses, followed by the sum of all reports. */
    public static final String SUMMARY = "workers.summary";

    /** Fetched with a step. */
    public static final String WAITED = "workers.waited";

    /** Fed for {@link #TOTAL}. */
    public static final String PART = "workers.part";

    /** Fetched outside a step: the sum of all parts. */
    public static final String TOTAL = "workers.total";

    /** The size of {@link #PART}. */
    public static final int PARTS = 2;

    private static final DataType FLOAT = DataType.DT_FLOAT;
    private static final int GROUP = 1;

    /** A reduction that sends float32. */
    public GradientReduction(int workers, int report, long bucket, int firstInstance) {
        this(workers, report, bucket, firstInstance, false);
    }

    public GradientReduction {
        if (workers < 2) {
            throw new IllegalArgumentException("workers: " + workers + "; a reduction needs 2 or more");
        }
        if (bucket < 1 || report < 1) {
            throw new IllegalArgumentException(
                    "bucket: " + bucket + " bytes with a report of " + report + "; both must be 1 or more");
        }
    }

    /**
     * Adds the reduction to a graph.
     *
     * @param graph a graph with {@code X.grad} in float32 for every variable X, and the scalar {@code loss}
     * @param variables the trained variables
     * @throws IllegalArgumentException if a gradient is missing, or is not float32
     */
    public GraphDef of(GraphDef graph, Collection<String> variables) {
        GraphBuilder builder = GraphBuilder.graph();
        CollectiveReduction collective = new CollectiveReduction(builder, workers, GROUP);
        Map<String, NodeDef> gradients = gradients(graph, variables);
        GraphDef.Builder result = graph.toBuilder().clearNode();
        graph.getNodeList()
                .forEach(node -> result.addNode(
                        gradients.containsKey(node.getName())
                                ? node.toBuilder().setName(own(node.getName())).build()
                                : node));
        List<GradientBucket> buckets = GradientBucket.fill(GraphView.of(graph), gradients.values(), bucket);
        Ops ops = new Ops(builder);
        List<String> sent = new ArrayList<>();
        List<String> means = new ArrayList<>();
        for (int i = 0; i < buckets.size(); i++) {
            String name = "reduce." + i;
            Value whole = buckets.get(i).joined(builder, name);
            Value own = half ? ops.cast(name + ".half", whole, DataType.DT_BFLOAT16) : whole;
            Value mean = collective.reduce(name, own, "Div", firstInstance + i);
            buckets.get(i).separate(builder, half ? ops.cast(name + ".mean", mean, FLOAT) : mean);
            sent.add(own.node());
            means.add(mean.node());
        }
        Value scalar = new Value("loss", 0, TensorType.of(FLOAT));
        Value loss = ops.reshape("workers.loss", scalar, ops.ints("workers.loss.shape", 1), List.of(1L));
        Value reported = builder.placeholder(REPORT, TensorType.of(FLOAT, report));
        Value told = ops.concat("workers.told", loss, reported, ops.constant("workers.told.axis", 0), 0);
        means.add(collective
                .reduce(SUMMARY, told, "Id", firstInstance + buckets.size())
                .node());
        Value ready = time(builder, "workers.ready", sent);
        means.add(ready.node());
        ops.sub(WAITED, time(builder, "workers.reduced", means), ready);
        Value part = builder.placeholder(PART, TensorType.of(DataType.DT_DOUBLE, PARTS));
        collective.reduce(TOTAL, part, "Id", firstInstance + buckets.size() + 1);
        return result.addAllNode(builder.toGraph().getNodeList()).build();
    }

    /**
     * The bytes that one worker sends in a step: in a ring of n workers each sends (n − 1) / n of the gradients twice
     * (Patarasuk and Yuan, Bandwidth optimal all-reduce algorithms, 2009).
     *
     * @param elements the number of elements of all gradients
     */
    public static long bytesSent(int workers, long elements) {
        return 2L * (workers - 1) * elements * Float.BYTES / workers;
    }

    /** The name of a gradient of this worker alone. */
    static String own(String gradient) {
        return gradient + ".own";
    }

    private static Map<String, NodeDef> gradients(GraphDef graph, Collection<String> variables) {
        Map<String, NodeDef> byName = new HashMap<>();
        graph.getNodeList().forEach(node -> byName.put(node.getName(), node));
        Map<String, NodeDef> gradients = new LinkedHashMap<>();
        for (String variable : variables) {
            NodeDef node = byName.get(Backward.gradientOf(variable));
            if (node == null) {
                throw new IllegalArgumentException("gradient of " + variable
                        + ": the graph has none; derive the graph before its gradients are reduced");
            }
            if (node.getAttrOrDefault("T", Attributes.of(FLOAT)).getType() != FLOAT) {
                throw new IllegalArgumentException("gradient of " + variable + ": it is not float32, so its mean"
                        + " would be rounded at each worker; cast it first");
            }
            gradients.put(node.getName(), node);
        }
        return gradients;
    }

    private static Value time(GraphBuilder builder, String name, List<String> after) {
        var node = builder.node(name, "Timestamp");
        after.forEach(node::after);
        return node.gives(TensorType.of(DataType.DT_DOUBLE));
    }
}
