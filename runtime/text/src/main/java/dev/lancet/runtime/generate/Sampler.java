package dev.lancet.runtime.generate;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.recipe.Sample;
import java.util.Arrays;
import java.util.Locale;

/**
 * Samples the next token from a model's logits. The result is a pure function of the logits, the seed and the position,
 * so that a text does not depend on how its generation is divided into runs.
 *
 * @param temperature the divisor of the logits; 0 takes the most likely token, and of equal ones the lowest id
 * @param topP samples only from the most likely tokens that together have this probability (Holtzman et al., 2020)
 * @param seed the seed of the random numbers
 */
public record Sampler(double temperature, double topP, long seed) {

    private static final long GOLDEN = 0x9e3779b97f4a7c15L;

    public Sampler {
        check(
                temperature >= 0 && temperature < Double.POSITIVE_INFINITY,
                "temperature: %s; it must be 0 or more",
                temperature);
        check(topP > 0 && topP <= 1, "top-p: %s; it must be over 0 and at most 1", topP);
    }

    private static void check(boolean holds, String message, double value) {
        if (!holds) {
            throw new IllegalArgumentException(String.format(Locale.ROOT, message, value));
        }
    }

    /** Always takes the most likely token. */
    public static Sampler greedy() {
        return new Sampler(0, 1, 0);
    }

    /** The sampler that a recipe asks for. */
    public static Sampler of(Sample sample) {
        return new Sampler(sample.temperature(), sample.topP(), sample.seed());
    }

    /**
     * The id of the next token.
     *
     * @param logits one for each id
     * @param position the number of tokens before it; each position has its own random number
     * @throws LancetException if a logit is NaN or infinitely large
     */
    public int pick(float[] logits, long position) {
        int best = likeliest(logits);
        if (temperature == 0) {
            return best;
        }
        double[] weights = new double[logits.length];
        double sum = 0;
        for (int id = 0; id < logits.length; id++) {
            weights[id] = Math.exp(((double) logits[id] - logits[best]) / temperature);
            sum += weights[id];
        }
        double draw = uniform(position);
        return topP < 1 ? nucleus(weights, sum, draw, best) : first(weights, draw * sum, best);
    }

    private static int likeliest(float[] logits) {
        if (logits.length == 0) {
            throw new IllegalArgumentException("logits: none; one for each id of the vocabulary is needed");
        }
        int best = 0;
        for (int id = 0; id < logits.length; id++) {
            if (Float.isNaN(logits[id]) || logits[id] == Float.POSITIVE_INFINITY) {
                throw new LancetException("generate: logit " + id + " is " + logits[id]
                        + "; the weights are broken, or training diverged");
            }
            if (logits[id] > logits[best]) {
                best = id;
            }
        }
        return best;
    }

    private static int first(double[] weights, double mark, int best) {
        double sum = 0;
        for (int id = 0; id < weights.length; id++) {
            sum += weights[id];
            if (mark < sum) {
                return id;
            }
        }
        return best;
    }

    /** Samples from the fewest most likely ids that together reach the probability. */
    private int nucleus(double[] weights, double sum, double draw, int best) {
        // An id below this cannot be needed: all such ids together stay under 1 - topP.
        double least = sum * (1 - topP) / weights.length;
        long[] order = new long[weights.length];
        int size = 0;
        for (int id = 0; id < weights.length; id++) {
            if (weights[id] >= least) {
                // The most likely first, then the lower id: the bits of non-negative floats sort like the floats.
                order[size++] = ((long) ~Float.floatToIntBits((float) weights[id]) << 32) | id;
            }
        }
        Arrays.sort(order, 0, size);
        double kept = 0;
        int count = 0;
        while (count < size && kept < topP * sum) {
            kept += weights[(int) order[count++]];
        }
        double mark = draw * kept;
        double passed = 0;
        for (int i = 0; i < count; i++) {
            int id = (int) order[i];
            passed += weights[id];
            if (mark < passed) {
                return id;
            }
        }
        return best;
    }

    /** A random number from 0 up to 1, from seed and position (SplitMix64: Steele, Lea and Flood, 2014). */
    private double uniform(long position) {
        long z = mix(mix(seed + GOLDEN) + GOLDEN * (position + 1));
        return (z >>> 11) * 0x1.0p-53;
    }

    private static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
