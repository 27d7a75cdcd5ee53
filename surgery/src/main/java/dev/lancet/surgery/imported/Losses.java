package dev.lancet.surgery.imported;

import dev.lancet.surgery.graph.Attributes;
import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.Input;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import java.util.List;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;

/**
 * The nodes of a loss.
 *
 * <pre>
 * tune.labels = Placeholder int32 [-1]                       tune.labels = Placeholder [-1]
 * tune.rows   = Reshape(scores, [-1, classes])               tune.rows   = Reshape(output, [-1])
 * tune.right  = OneHot(tune.labels, classes, 1, 0)           tune.each   = SquaredDifference(tune.rows, tune.labels)
 * tune.each   = SoftmaxCrossEntropyWithLogits(rows, right)   tune.loss   = Mean(tune.each, 0)
 * tune.loss   = Mean(tune.each, 0)
 * </pre>
 *
 * Uses the cross entropy of probabilities, because the one of class numbers has no gradient in TensorFlow's C++ library.
 */
final class Losses {

    static final String LABELS = "tune.labels";
    static final String LOSS = "tune.loss";

    private final GraphBuilder builder = GraphBuilder.graph();
    private final Ops ops = new Ops(builder);

    Losses() {}

    static List<NodeDef> of(Objective objective, MetaGraphDef meta, Input scores) {
        Losses losses = new Losses();
        Value output = new Value(scores.node(), scores.port(), TensorType.of(DataType.DT_FLOAT, -1));
        switch (objective.kind()) {
            case CROSS_ENTROPY -> losses.crossEntropy(output, objective.classes(meta));
            case MEAN_SQUARED_ERROR -> losses.squares(output);
        }
        return losses.bare();
    }

    private void crossEntropy(Value scores, int classes) {
        Value labels = builder.placeholder(LABELS, TensorType.of(DataType.DT_INT32, -1));
        Value rows = ops.reshape(
                "tune.rows", scores, ops.ints("tune.rows.shape", -1, classes), List.of(-1L, (long) classes));
        Value right = builder.node("tune.right", "OneHot")
                .in(
                        labels,
                        ops.constant("tune.classes", classes),
                        ops.constant("tune.one", 1f),
                        ops.constant("tune.zero", 0f))
                .with("T", DataType.DT_FLOAT)
                .with("TI", DataType.DT_INT32)
                .with("axis", -1)
                .gives(TensorType.of(DataType.DT_FLOAT, -1, classes));
        Value each = builder.node("tune.each", "SoftmaxCrossEntropyWithLogits")
                .in(rows, right)
                .with("T", DataType.DT_FLOAT)
                .gives(List.of(TensorType.of(DataType.DT_FLOAT, -1), TensorType.of(DataType.DT_FLOAT, -1, classes)))
                .get(0);
        mean(each);
    }

    private void squares(Value output) {
        Value labels = builder.placeholder(LABELS, TensorType.of(DataType.DT_FLOAT, -1));
        Value rows = ops.reshape("tune.rows", output, ops.ints("tune.rows.shape", -1), List.of(-1L));
        mean(ops.binary("tune.each", "SquaredDifference", rows, labels));
    }

    private void mean(Value each) {
        ops.reduce(LOSS, "Mean", each, ops.ints("tune.axis", 0), false, List.of());
    }

    /** The constant 0, an axis. */
    NodeDef axis(String name) {
        ops.constant(name, 0);
        return bare().get(0);
    }

    private List<NodeDef> bare() {
        return builder.toGraph().getNodeList().stream()
                .map(node -> node.toBuilder().removeAttr(Attributes.SHAPES).build())
                .toList();
    }
}
