package dev.lancet.runtime.recovery;

import dev.lancet.dsl.Transformer;
import dev.lancet.runtime.calibration.RunningModel;
import dev.lancet.runtime.train.TrainingTargets;
import dev.lancet.runtime.train.graph.Examples;
import dev.lancet.surgery.Blueprint;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.IntStream;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.types.TFloat32;

/**
 * The probabilities that an original model gives every next token (distillation, Hinton et al., arXiv 1503.02531): they say
 * more about each position than the one token that follows in the text.
 */
final class DistillationTargets implements TrainingTargets {

    private final RunningModel original;

    /** Predictions of a running language model. */
    DistillationTargets(RunningModel original) {
        this.original = original;
    }

    @Override
    public GraphDef blueprint(Transformer transformer, int batch, int sequence) {
        return Blueprint.distillation(transformer, batch, sequence);
    }

    @Override
    public Tensor labels(int[][] batch) {
        int[][] inputs = Arrays.stream(batch)
                .map(row -> Arrays.copyOf(row, row.length - 1))
                .toArray(int[][]::new);
        float[] logits = Objects.requireNonNull(
                original.outputs(Examples.of(RunningModel.IDS, inputs)).get(RunningModel.LOGITS));
        int positions = inputs.length * inputs[0].length;
        int vocabulary = logits.length / positions;
        IntStream.range(0, positions).parallel().forEach(at -> softmax(logits, at * vocabulary, vocabulary));
        return TFloat32.tensorOf(
                Shape.of(inputs.length, inputs[0].length, vocabulary), DataBuffers.of(logits, true, false));
    }

    private static void softmax(float[] values, int from, int count) {
        float largest = values[from];
        for (int i = from; i < from + count; i++) {
            largest = Math.max(largest, values[i]);
        }
        double sum = 0;
        for (int i = from; i < from + count; i++) {
            double share = Math.exp(values[i] - largest);
            values[i] = (float) share;
            sum += share;
        }
        for (int i = from; i < from + count; i++) {
            values[i] = (float) (values[i] / sum);
        }
    }
}
