package dev.lancet.runtime.evaluate;

import dev.lancet.dsl.LancetException;
import dev.lancet.io.Progress;
import dev.lancet.runtime.engine.Engine;
import dev.lancet.runtime.engine.TensorTransfer;
import dev.lancet.runtime.text.tokenizer.TokenIdChecks;
import java.util.Arrays;
import org.tensorflow.types.TInt32;

/**
 * How well a model predicts a text: {@code exp} of the mean negative log likelihood, in nats, of all predicted tokens.
 *
 * <p>The text is divided into consecutive windows that do not overlap; a rest shorter than a window is dropped. Each
 * window starts at position 0, and its tokens 1 to last are predicted. Likelihoods are summed in double.
 *
 * @param loss mean negative log likelihood in nats per predicted token
 * @param tokens number of predicted tokens
 * @param tokensPerSecond tokens read per second
 */
public record Perplexity(double loss, long tokens, double tokensPerSecond) {

    private static final int TOKENS_A_RUN = 2048;

    /** {@code e^loss}. */
    public double value() {
        return Math.exp(loss);
    }

    /**
     * Measures the perplexity of a text.
     *
     * @param scoring a scoring graph
     * @param ids the text
     * @param window tokens per window
     * @throws LancetException if the text is shorter than one window, or the loss is not a number
     */
    public static Perplexity of(Engine scoring, int[] ids, int window, Progress progress) {
        int[][] windows = TokenIdChecks.windows(ids, window);
        int batch = Math.max(1, TOKENS_A_RUN / window);
        double sum = 0;
        long start = System.nanoTime();
        try (Progress.Task task = progress.begin("evaluate", windows.length)) {
            for (int first = 0; first < windows.length; first += batch) {
                int last = Math.min(first + batch, windows.length);
                sum += negativeLogLikelihood(scoring, Arrays.copyOfRange(windows, first, last));
                task.advance(last, "");
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        long predicted = windows.length * (window - 1L);
        if (!Double.isFinite(sum)) {
            throw new LancetException(
                    "perplexity: the loss is " + sum + "; the weights hold numbers that are not finite");
        }
        return new Perplexity(sum / predicted, predicted, (long) windows.length * window / seconds);
    }

    private static double negativeLogLikelihood(Engine scoring, int[][] rows) {
        int[][] inputs = Arrays.stream(rows)
                .map(row -> Arrays.copyOf(row, row.length - 1))
                .toArray(int[][]::new);
        int[][] labels = Arrays.stream(rows)
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
