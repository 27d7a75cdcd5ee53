package dev.lancet.runtime.evaluate;

import dev.lancet.dsl.LancetException;
import dev.lancet.io.Progress;
import dev.lancet.runtime.generate.PromptCache;
import dev.lancet.runtime.generate.TextEngine;
import java.util.Arrays;

/**
 * The likelihood of texts in any engine that gives logits. What a prompt shares with the one before it is not read again. Only
 * some tokens are read at a time, so the memory for logits is bounded.
 */
public final class TextLikelihood implements AutoCloseable {

    private static final int LOGITS_A_RUN = 1 << 22;

    private final PromptCache text;
    private final int vocabulary;

    private TextLikelihood(PromptCache text, int vocabulary) {
        this.text = text;
        this.vocabulary = vocabulary;
    }

    /** Measures with a session of an engine. */
    public static TextLikelihood with(TextEngine engine) {
        return new TextLikelihood(
                new PromptCache(engine.openScoringSession()), engine.limits().vocabulary());
    }

    /**
     * The perplexity of a text.
     *
     * @param ids the text
     * @param window tokens per window
     * @throws LancetException if a token is outside the vocabulary, if the window is longer than the context, or as {@link
     *     Perplexity#of}
     */
    public static Perplexity perplexity(TextEngine engine, int[] ids, int window, Progress progress) {
        engine.limits().checkWindows(ids, window);
        try (TextLikelihood text = with(engine)) {
            return Perplexity.of(
                    ids,
                    window,
                    1,
                    rows -> -text.logLikelihood(
                            Arrays.copyOf(rows[0], 1), Arrays.copyOfRange(rows[0], 1, rows[0].length)),
                    progress);
        }
    }

    /**
     * The log likelihood in nats of tokens that continue a prompt, summed over them in double.
     *
     * @param prompt at least one token
     * @param continuation at least one token; prompt and continuation without its last token fit into the context
     */
    public double logLikelihood(int[] prompt, int[] continuation) {
        text.keep(prompt, prompt.length - 1);
        int[] inputs = new int[continuation.length];
        inputs[0] = prompt[prompt.length - 1];
        System.arraycopy(continuation, 0, inputs, 1, continuation.length - 1);
        int most = Math.max(1, LOGITS_A_RUN / vocabulary);
        double sum = 0;
        for (int first = 0; first < inputs.length; first += most) {
            int last = Math.min(first + most, inputs.length);
            float[] logits = text.readEach(Arrays.copyOfRange(inputs, first, last));
            for (int i = first; i < last; i++) {
                sum += logLikelihood(logits, (i - first) * vocabulary, continuation[i]);
            }
        }
        return sum;
    }

    /** The logarithm of the softmax of a row of logits, at one id. */
    private double logLikelihood(float[] logits, int row, int id) {
        float largest = Float.NEGATIVE_INFINITY;
        for (int i = row; i < row + vocabulary; i++) {
            largest = Math.max(largest, logits[i]);
        }
        double sum = 0;
        for (int i = row; i < row + vocabulary; i++) {
            sum += Math.exp((double) logits[i] - largest);
        }
        return (double) logits[row + id] - largest - Math.log(sum);
    }

    /** Frees the keys and values. */
    @Override
    public void close() {
        text.close();
    }
}
