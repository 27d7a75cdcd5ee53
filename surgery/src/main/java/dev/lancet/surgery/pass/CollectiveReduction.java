package dev.lancet.surgery.pass;

import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.Value;
import org.tensorflow.proto.AttrValue;

/**
 * TensorFlow's collectives in a graph. Workers find each other by three numbers that are the same in all of them: how
 * many they are, the key of their group, and the key of each collective.
 */
final class CollectiveReduction {

    private final GraphBuilder builder;
    private final Value size;
    private final Value group;

    CollectiveReduction(GraphBuilder builder, int workers, int key) {
        this.builder = builder;
        Ops ops = new Ops(builder);
        size = ops.constant("workers.count", workers);
        group = ops.constant("workers.group", key);
    }

    /**
     * The sum of a tensor over all workers.
     *
     * @param last what happens to the sum: {@code Id} for nothing, {@code Div} for the mean
     * @param instance the key of this collective
     */
    Value reduce(String name, Value own, String last, int instance) {
        Value key = new Ops(builder).constant(name + ".key", instance);
        return builder.node(name, "CollectiveReduceV2")
                .in(own, size, group, key)
                .with("T", own.type())
                .with("merge_op", "Add")
                .with("final_op", last)
                .with("communication_hint", "ring")
                .with("timeout_seconds", AttrValue.newBuilder().setF(0).build())
                .with("is_stateless", false)
                .with("Nordering_token", 0)
                .with("max_subdivs_per_device", Attributes.of(-1))
                .gives(own.form());
    }
}
