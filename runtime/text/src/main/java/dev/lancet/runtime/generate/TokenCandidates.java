package dev.lancet.runtime.generate;

import java.util.Arrays;
import java.util.PriorityQueue;
import java.util.stream.IntStream;

/** The tokens that a sampler's filters leave, with their weights, which are proportional to the probabilities. */
final class TokenCandidates {

    private final double[] weights;
    private final int[] ids;
    private final double sum;
    private final int best;

    private TokenCandidates(double[] weights, int[] ids, double sum, int best) {
        this.weights = weights;
        this.ids = ids;
        this.sum = sum;
        this.best = best;
    }

    /**
     * The candidates among all tokens.
     *
     * @param scores the logits after the repetition penalty, {@code [vocabulary]}
     * @param best the id of the largest one
     * @param sampler one with a temperature above 0
     */
    static TokenCandidates of(float[] scores, int best, Sampler sampler) {
        double[] weights = new double[scores.length];
        double sum = 0;
        for (int id = 0; id < scores.length; id++) {
            weights[id] = Math.exp(((double) scores[id] - scores[best]) / sampler.temperature());
            sum += weights[id];
        }
        boolean few = sampler.topK() > 0 && sampler.topK() < scores.length;
        if (!few && sampler.topP() == 1 && sampler.minP() == 0) {
            return new TokenCandidates(
                    weights, IntStream.range(0, weights.length).toArray(), sum, best);
        }
        long[] order = few ? first(weights, sampler.topK()) : reaching(weights, least(sampler, weights.length, sum));
        double whole = few ? sum(weights, order) : sum;
        double kept = 0;
        int count = 0;
        while (count < order.length
                && (sampler.topP() == 1 || kept < sampler.topP() * whole)
                && weights[(int) order[count]] >= sampler.minP()) {
            kept += weights[(int) order[count++]];
        }
        int[] ids = new int[count];
        for (int i = 0; i < count; i++) {
            ids[i] = (int) order[i];
        }
        return new TokenCandidates(weights, ids, kept, best);
    }

    /** A weight below which no token can be a candidate: all such tokens together stay under 1 - topP. */
    private static double least(Sampler sampler, int tokens, double sum) {
        return Math.max(sum * (1 - sampler.topP()) / tokens, sampler.minP());
    }

    /**
     * A number for each token that sorts the most likely first, then the lower id: the bits of non-negative floats sort like
     * the floats. Its last 32 bits are the id.
     */
    private static long place(double weight, int id) {
        return ((long) ~Float.floatToIntBits((float) weight) << 32) | id;
    }

    private static long[] reaching(double[] weights, double least) {
        return sorted(IntStream.range(0, weights.length)
                .filter(id -> weights[id] >= least)
                .mapToLong(id -> place(weights[id], id))
                .toArray());
    }

    private static long[] first(double[] weights, int count) {
        PriorityQueue<Long> kept = new PriorityQueue<>((a, b) -> Long.compare(b, a));
        for (int id = 0; id < weights.length; id++) {
            long place = place(weights[id], id);
            if (kept.size() < count) {
                kept.add(place);
            } else if (place < kept.element()) {
                kept.remove();
                kept.add(place);
            }
        }
        return sorted(kept.stream().mapToLong(Long::longValue).toArray());
    }

    private static long[] sorted(long[] order) {
        Arrays.sort(order);
        return order;
    }

    private static double sum(double[] weights, long[] order) {
        return Arrays.stream(order).mapToDouble(place -> weights[(int) place]).sum();
    }

    /** The candidate at a fraction from 0 up to 1 of all probability. */
    int pick(double fraction) {
        double mark = fraction * sum;
        double passed = 0;
        for (int id : ids) {
            passed += weights[id];
            if (mark < passed) {
                return id;
            }
        }
        return best;
    }

    /** The probability of every token, {@code [vocabulary]}. */
    double[] probabilities() {
        double[] all = new double[weights.length];
        for (int id : ids) {
            all[id] = weights[id] / sum;
        }
        return all;
    }
}
