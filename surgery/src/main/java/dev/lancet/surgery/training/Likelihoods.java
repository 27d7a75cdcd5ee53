package dev.lancet.surgery.training;

import java.util.List;
import java.util.Map;

/** Softmax and the cross entropy made of it, over the last axis. */
final class Likelihoods {

    static final Map<String, Vjp> ROOM = Map.of(
            "Softmax", Likelihoods::softmax,
            "SparseSoftmaxCrossEntropyWithLogits", Likelihoods::crossEntropy);

    private Likelihoods() {}

    /** {@code dx = p · (dp − Σ dp·p)}. */
    private static void softmax(Chain chain) {
        Pen pen = chain.pen();
        Tensor p = chain.output(0);
        Tensor mean = pen.sum("mean", pen.times("weighted", chain.gradient(), p), List.of(-1L), true);
        chain.give(0, pen.times("0", pen.op("centred", "Sub", chain.gradient(), mean), p));
    }

    /** The op's second output is its gradient: softmax minus one-hot, {@code [rows, classes]}. */
    private static void crossEntropy(Chain chain) {
        if (chain.gradient(1).isPresent()) {
            throw Table.missing(chain.node(), "of its second output");
        }
        Pen pen = chain.pen();
        Tensor column =
                pen.reshape("column", chain.gradient(), List.of(chain.gradient().elements(), 1L));
        chain.give(0, pen.times("0", chain.output(1), column));
    }
}
