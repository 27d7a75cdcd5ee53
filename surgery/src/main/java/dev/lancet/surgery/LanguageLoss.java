package dev.lancet.surgery;

import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import java.util.List;
import org.tensorflow.proto.DataType;

/** The loss of each position of a language model, float32 {@code [rows]}, from logits {@code [rows, vocabulary]}. */
final class LanguageLoss {

    private LanguageLoss() {}

    /** Cross entropy with the token that follows; {@code rest} is the target shape of a flat vector. */
    static Value ofTokens(GraphBuilder builder, Value logits, Value labels, Value rest) {
        Value flat = new Ops(builder).reshape("labels.flat", labels, rest, List.of(logits.dim(0)));
        return builder.node("cross_entropy", "SparseSoftmaxCrossEntropyWithLogits")
                .in(logits, flat)
                .with("T", logits.type())
                .with("Tlabels", flat.type())
                .gives(List.of(new TensorType(logits.type(), flat.dims()), logits.form()))
                .get(0);
    }

    /** Cross entropy with probabilities {@code [batch, seq, vocabulary]}. */
    static Value ofProbabilities(GraphBuilder builder, Value logits, Value labels) {
        Ops ops = new Ops(builder);
        int rows = Math.toIntExact(logits.dim(0));
        int classes = Math.toIntExact(logits.dim(1));
        Value flat = ops.reshape(
                "labels.flat",
                labels,
                ops.ints("labels.shape", rows, classes),
                logits.form().dims());
        return builder.node("cross_entropy", "SoftmaxCrossEntropyWithLogits")
                .in(logits, flat)
                .with("T", logits.type())
                .gives(List.of(new TensorType(logits.type(), List.of(logits.dim(0))), logits.form()))
                .get(0);
    }

    /** Losses times the placeholder {@code loss.weights}, {@code [batch, seq]}. */
    static Value weighted(GraphBuilder builder, Value losses, int batch, int seq, Value rest) {
        Ops ops = new Ops(builder);
        Value weights = builder.placeholder("loss.weights", TensorType.of(DataType.DT_FLOAT, batch, seq));
        return ops.mul("loss.weighted", losses, ops.reshape("loss.weights.flat", weights, rest, losses.dims()));
    }
}
