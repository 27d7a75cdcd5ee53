package dev.lancet.surgery.gradient;

import dev.lancet.surgery.graph.Value;
import java.util.List;
import java.util.Map;

/** Softmax and softmax cross entropy over the last axis. */
final class CrossEntropyVjps {

    static final Map<String, Vjp> VJPS = Map.of(
            "Softmax", CrossEntropyVjps::softmax,
            "SparseSoftmaxCrossEntropyWithLogits", CrossEntropyVjps::crossEntropy,
            "SoftmaxCrossEntropyWithLogits", CrossEntropyVjps::crossEntropy);

    private CrossEntropyVjps() {}

    /** {@code dx = p · (dp − Σ dp·p)}. */
    private static void softmax(VjpContext context) {
        GradientNodeBuilder builder = context.builder();
        Value p = context.output(0);
        Value mean = builder.sum("mean", builder.times("weighted", context.gradient(), p), List.of(-1L), true);
        context.give(0, builder.times("0", builder.op("centred", "Sub", context.gradient(), mean), p));
    }

    /** The op's second output is its gradient: softmax minus one-hot or probabilities, {@code [rows, classes]}. */
    private static void crossEntropy(VjpContext context) {
        if (context.gradient(1).isPresent()) {
            throw VjpRegistry.missing(context.node(), "of its second output");
        }
        GradientNodeBuilder builder = context.builder();
        Value column = builder.reshape(
                "column", context.gradient(), List.of(context.gradient().elements(), 1L));
        context.give(0, builder.times("0", context.output(1), column));
    }
}
