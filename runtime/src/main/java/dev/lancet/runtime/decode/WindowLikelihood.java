package dev.lancet.runtime.decode;

import dev.lancet.runtime.engine.Engine;
import dev.lancet.runtime.engine.TensorTransfer;
import java.util.Arrays;
import org.tensorflow.types.TInt32;

/**
 * The likelihood of windows of tokens in a scoring graph.
 *
 * @param scoring a scoring graph
 */
public record WindowLikelihood(Engine scoring) {

    private static final int TOKENS_A_RUN = 2048;

    /** How many windows of this length to read in a run. */
    public static int batch(int window) {
        return Math.max(1, TOKENS_A_RUN / Math.max(1, window));
    }

    /** The negative log likelihood of the tokens 1 to last of windows {@code [windows][window]}, in nats, summed. */
    public double negativeLogLikelihood(int[][] windows) {
        int[][] inputs = Arrays.stream(windows)
                .map(row -> Arrays.copyOf(row, row.length - 1))
                .toArray(int[][]::new);
        int[][] labels = Arrays.stream(windows)
                .map(row -> Arrays.copyOfRange(row, 1, row.length))
                .toArray(int[][]::new);
        try (TInt32 in = TensorTransfer.matrix(inputs);
                TInt32 out = TensorTransfer.matrix(labels);
                var result = scoring.runner()
                        .feed("ids", in)
                        .feed("labels", out)
                        .fetch("nll")
                        .run()) {
            double sum = 0;
            for (float value : TensorTransfer.floats(result.get(0))) {
                sum += value;
            }
            return sum;
        }
    }
}
