package dev.lancet.runtime.evaluate;

import dev.lancet.dsl.LancetException;
import dev.lancet.io.Progress;
import dev.lancet.runtime.text.tokenizer.TokenIdChecks;
import java.util.Arrays;
import java.util.function.ToDoubleFunction;

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

    /** {@code e^loss}. */
    public double value() {
        return Math.exp(loss);
    }

    /**
     * Measures the perplexity of a text.
     *
     * @param ids the text
     * @param window tokens per window
     * @param batch how many windows {@code negativeLogLikelihood} takes at most
     * @param negativeLogLikelihood the sum over the tokens 1 to last of windows {@code [windows][window]}, in nats
     * @throws LancetException if the text is shorter than one window, or the loss is not a number
     */
    public static Perplexity of(
            int[] ids, int window, int batch, ToDoubleFunction<int[][]> negativeLogLikelihood, Progress progress) {
        int[][] windows = TokenIdChecks.windows(ids, window);
        double sum = 0;
        long start = System.nanoTime();
        try (Progress.Task task = progress.begin("evaluate", windows.length)) {
            for (int first = 0; first < windows.length; first += batch) {
                int last = Math.min(first + batch, windows.length);
                sum += negativeLogLikelihood.applyAsDouble(Arrays.copyOfRange(windows, first, last));
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
}
