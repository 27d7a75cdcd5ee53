package dev.lancet.surgery.pass;

import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.GraphView;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;

/**
 * Gradients that are sent together.
 *
 * @param gradients name and type of each, before the reduction
 */
record GradientBucket(List<Value> gradients) {

    private static final DataType FLOAT = DataType.DT_FLOAT;

    GradientBucket {
        gradients = List.copyOf(gradients);
    }

    /** Buckets of gradients, those first that depend on the fewest nodes in a row; so the last layer leads. */
    static List<GradientBucket> fill(GraphView graph, Collection<NodeDef> gradients, long bytes) {
        Map<String, Integer> depths = depths(graph);
        List<Value> ordered = gradients.stream()
                .sorted(Comparator.comparing(node -> depths.getOrDefault(node.getName(), 0)))
                .map(node -> new Value(node.getName(), 0, new TensorType(FLOAT, Attributes.dims(node, 0))))
                .toList();
        List<GradientBucket> buckets = new ArrayList<>();
        List<Value> filling = new ArrayList<>();
        long filled = 0;
        for (Value gradient : ordered) {
            long size = gradient.elements() * Float.BYTES;
            if (size >= bytes) {
                buckets.add(new GradientBucket(List.of(gradient)));
                continue;
            }
            if (filled + size > bytes) {
                buckets.add(new GradientBucket(filling));
                filling.clear();
                filled = 0;
            }
            filling.add(gradient);
            filled += size;
        }
        if (!filling.isEmpty()) {
            buckets.add(new GradientBucket(filling));
        }
        return buckets;
    }

    /** The longest way to each node. */
    private static Map<String, Integer> depths(GraphView graph) {
        Map<String, Integer> depths = new HashMap<>();
        for (Node node : graph.ordered()) {
            int before = node.inputs().stream()
                    .mapToInt(input -> depths.getOrDefault(input.node(), 0))
                    .max()
                    .orElse(0);
            depths.put(node.name(), before + 1);
        }
        return depths;
    }

    /** The gradients of this worker in one tensor. */
    Value joined(GraphBuilder builder, String name) {
        if (gradients.size() == 1) {
            Value only = gradients.get(0);
            return new Value(GradientReduction.own(only.node()), 0, only.form());
        }
        Ops ops = new Ops(builder);
        Value flat = ops.ints(name + ".flat", -1);
        List<Value> vectors = new ArrayList<>();
        for (Value gradient : gradients) {
            String own = GradientReduction.own(gradient.node());
            Value before = new Value(own, 0, gradient.form());
            vectors.add(ops.reshape(own + ".flat", before, flat, List.of(gradient.elements())));
        }
        long elements = vectors.stream().mapToLong(Value::elements).sum();
        vectors.add(ops.constant(name + ".axis", 0));
        return builder.node(name + ".sent", "ConcatV2")
                .in(vectors)
                .with("N", gradients.size())
                .with("T", FLOAT)
                .with("Tidx", DataType.DT_INT32)
                .gives(TensorType.of(FLOAT, elements));
    }

    /** Adds each gradient under its own name, from the means of all. */
    void separate(GraphBuilder builder, Value means) {
        if (gradients.size() == 1) {
            builder.node(gradients.get(0).node(), "Identity")
                    .in(means)
                    .with("T", FLOAT)
                    .gives(means.form());
            return;
        }
        Ops ops = new Ops(builder);
        int[] sizes = gradients.stream()
                .mapToInt(gradient -> Math.toIntExact(gradient.elements()))
                .toArray();
        List<Value> parts = builder.node(means.node() + ".parts", "SplitV")
                .in(means, ops.ints(means.node() + ".sizes", sizes), ops.constant(means.node() + ".parts.axis", 0))
                .with("num_split", sizes.length)
                .with("T", FLOAT)
                .with("Tlen", DataType.DT_INT32)
                .gives(gradients.stream()
                        .map(gradient -> TensorType.of(FLOAT, gradient.elements()))
                        .toList());
        for (int i = 0; i < sizes.length; i++) {
            Value gradient = gradients.get(i);
            int[] dims = gradient.dims().stream().mapToInt(Math::toIntExact).toArray();
            ops.reshape(gradient.node(), parts.get(i), ops.ints(gradient.node() + ".shape", dims), gradient.dims());
        }
    }
}
