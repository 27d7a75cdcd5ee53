package dev.lancet.runtime.generate;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.recipe.Sample;
import java.util.BitSet;
import java.util.Locale;

/**
 * Samples the next token from a model's logits. The result is a pure function of the logits, the tokens before, the seed and
 * the position, so that a text does not depend on how its generation is divided into runs. The filters work in the order of
 * Hugging Face's transformers: repetition penalty, temperature, top-k, top-p, min-p.
 *
 * @param temperature the divisor of the logits; 0 takes the most likely token, and of equal ones the lowest id
 * @param topK samples only from so many of the most likely tokens; 0 for all
 * @param topP samples only from the most likely tokens that together have this probability (Holtzman et al., 2020)
 * @param minP samples only from tokens whose probability is at least this fraction of the largest one (Nguyen et al., 2024);
 *     0 for all
 * @param repetitionPenalty the divisor of positive logits, and factor of negative ones, of tokens that the text already has
 *     (Keskar et al., 2019); 1 for none
 * @param seed the seed of the random numbers
 */
public record Sampler(double temperature, int topK, double topP, double minP, double repetitionPenalty, long seed) {

    private static final long GOLDEN = 0x9e3779b97f4a7c15L;

    public Sampler {
        check(
                temperature >= 0 && temperature < Double.POSITIVE_INFINITY,
                "temperature: %s; it must be 0 or more",
                temperature);
        check(topK >= 0, "top-k: %s; it must be 1 or more, or 0 for all tokens", topK);
        check(topP > 0 && topP <= 1, "top-p: %s; it must be over 0 and at most 1", topP);
        check(minP >= 0 && minP <= 1, "min-p: %s; it must be from 0 to 1", minP);
        check(
                repetitionPenalty > 0 && repetitionPenalty < Double.POSITIVE_INFINITY,
                "repetition penalty: %s; it must be over 0, and 1 is none",
                repetitionPenalty);
    }

    /** A sampler without the other filters. */
    public Sampler(double temperature, double topP, long seed) {
        this(temperature, 0, topP, 0, 1, seed);
    }

    private static void check(boolean holds, String message, Number value) {
        if (!holds) {
            throw new IllegalArgumentException(String.format(Locale.ROOT, message, value));
        }
    }

    /** Always takes the most likely token. */
    public static Sampler greedy() {
        return at(0);
    }

    /** Samples from all tokens at this temperature, with seed 0. */
    public static Sampler at(double temperature) {
        return new Sampler(temperature, 1, 0);
    }

    /** The sampler that a recipe asks for. */
    public static Sampler of(Sample sample) {
        return new Sampler(sample.temperature(), sample.topP(), sample.seed());
    }

    /** The same at another temperature. */
    public Sampler temperature(double other) {
        return new Sampler(other, topK, topP, minP, repetitionPenalty, seed);
    }

    /** The same, from so many of the most likely tokens; 0 for all. */
    public Sampler topK(int count) {
        return new Sampler(temperature, count, topP, minP, repetitionPenalty, seed);
    }

    /** The same, from the most likely tokens that together have this probability. */
    public Sampler topP(double probability) {
        return new Sampler(temperature, topK, probability, minP, repetitionPenalty, seed);
    }

    /** The same, from tokens whose probability is at least this fraction of the largest one. */
    public Sampler minP(double fraction) {
        return new Sampler(temperature, topK, topP, fraction, repetitionPenalty, seed);
    }

    /** The same with this penalty for tokens that the text already has. */
    public Sampler repetitionPenalty(double penalty) {
        return new Sampler(temperature, topK, topP, minP, penalty, seed);
    }

    /** The same with another seed. */
    public Sampler seed(long other) {
        return new Sampler(temperature, topK, topP, minP, repetitionPenalty, other);
    }

    /** The id of the next token, of a sampler without repetition penalty; see {@link #pick(float[], long, BitSet)}. */
    public int pick(float[] logits, long position) {
        return pick(logits, position, new BitSet());
    }

    /**
     * The id of the next token.
     *
     * @param logits one for each id
     * @param position the number of tokens before it; each position has its own random number
     * @param before the ids that the text already has
     * @throws LancetException if a logit is NaN or infinitely large
     */
    public int pick(float[] logits, long position, BitSet before) {
        float[] scores = penalized(logits, before);
        int best = likeliest(scores);
        return temperature == 0
                ? best
                : TokenCandidates.of(scores, best, this).pick(uniform(position, RandomUse.TOKEN));
    }

    /**
     * The probabilities from which {@link #pick} samples, {@code [vocabulary]}; their sum is 1.
     *
     * @throws LancetException if a logit is NaN or infinitely large
     */
    public double[] probabilities(float[] logits, BitSet before) {
        float[] scores = penalized(logits, before);
        int best = likeliest(scores);
        if (temperature == 0) {
            double[] all = new double[scores.length];
            all[best] = 1;
            return all;
        }
        return TokenCandidates.of(scores, best, this).probabilities();
    }

    private float[] penalized(float[] logits, BitSet before) {
        if (repetitionPenalty == 1 || before.isEmpty()) {
            return logits;
        }
        float penalty = (float) repetitionPenalty;
        float[] scores = logits.clone();
        for (int id = before.nextSetBit(0); id >= 0 && id < scores.length; id = before.nextSetBit(id + 1)) {
            scores[id] = scores[id] < 0 ? scores[id] * penalty : scores[id] / penalty;
        }
        return scores;
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

    /** What a random number decides; each position has one for each use. */
    enum RandomUse {
        /** The token, where no draft proposes one. */
        TOKEN(1),
        /** Which token a draft proposes. */
        PROPOSAL(2),
        /** Whether the proposal is taken. */
        ACCEPTANCE(3),
        /** Which token stands in place of one that is not taken. */
        REPLACEMENT(4);

        private final int stream;

        RandomUse(int stream) {
            this.stream = stream;
        }
    }

    /** A random number from 0 up to 1, from seed, position and use (SplitMix64: Steele, Lea and Flood, 2014). */
    double uniform(long position, RandomUse use) {
        long z = mix(mix(seed + GOLDEN * use.stream) + GOLDEN * (position + 1));
        return (z >>> 11) * 0x1.0p-53;
    }

    private static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
