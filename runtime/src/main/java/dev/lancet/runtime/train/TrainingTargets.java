package dev.lancet.runtime.train;

import dev.lancet.dsl.Transformer;
import dev.lancet.runtime.engine.TensorTransfer;
import dev.lancet.surgery.Blueprint;
import java.util.Arrays;
import org.tensorflow.Tensor;
import org.tensorflow.proto.GraphDef;

/** What a training of a declared model teaches: the next tokens of a text, or the predictions of another model. */
public interface TrainingTargets {

    /** The training graph with the placeholder {@code labels} for these targets. */
    GraphDef blueprint(Transformer transformer, int batch, int sequence);

    /**
     * The labels of a batch; the caller closes them.
     *
     * @param batch ids {@code [batch, sequence + 1]}
     */
    Tensor labels(int[][] batch);

    /** The next tokens of the text. */
    static TrainingTargets nextTokens() {
        return new TrainingTargets() {
            @Override
            public GraphDef blueprint(Transformer transformer, int batch, int sequence) {
                return Blueprint.training(transformer, batch, sequence);
            }

            @Override
            public Tensor labels(int[][] batch) {
                return TensorTransfer.matrix(Arrays.stream(batch)
                        .map(row -> Arrays.copyOfRange(row, 1, row.length))
                        .toArray(int[][]::new));
            }
        };
    }
}
