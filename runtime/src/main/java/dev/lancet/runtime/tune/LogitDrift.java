package dev.lancet.runtime.tune;

import dev.lancet.runtime.Model;
import java.util.Random;

/**
 * The difference between the logits of two models: {@code |a − b|} for every logit, over one sequence of {@code
 * min(context, 64)} token ids, sampled uniformly from the whole vocabulary with seed 42.
 *
 * @param max the largest difference
 * @param mean the mean over all positions and all tokens of the vocabulary
 */
public record LogitDrift(double max, double mean) {

    private static final int TOKENS = 64;
    private static final long SEED = 42;

    /** The logits of a model over the sequence, {@code [positions · vocabulary]}, one position after the other. */
    static float[] logits(Model model) {
        int[] ids = new Random(SEED)
                .ints(
                        Math.min(model.transformer().context(), TOKENS),
                        0,
                        model.transformer().vocabulary())
                .toArray();
        return model.logits(new int[][] {ids});
    }

    /** The differences between the logits of two models. */
    static LogitDrift between(float[] one, float[] other) {
        double max = 0;
        double sum = 0;
        for (int i = 0; i < one.length; i++) {
            double difference = Math.abs((double) one[i] - other[i]);
            max = Math.max(max, difference);
            sum += difference;
        }
        return new LogitDrift(max, sum / one.length);
    }
}
