package dev.lancet.runtime.calibration;

import java.util.stream.IntStream;

/** Compares the next-token predictions of two language models. Sums are accumulated in 64 bits. */
final class LogitComparison {

    private double lossBefore;
    private double lossAfter;
    private double divergence;
    private long agreed;
    private long predicted;

    /**
     * Adds some rows.
     *
     * @param ids {@code [rows · seq]}; ids 1 to seq − 1 of a row are predicted
     * @param before logits of the original, {@code [rows, seq, vocabulary]}
     * @param after logits of the smaller model, of the same shape
     */
    void add(int[] ids, int rows, float[] before, float[] after) {
        int seq = ids.length / rows;
        int vocabulary = before.length / ids.length;
        double[][] sums = IntStream.range(0, ids.length)
                .parallel()
                .filter(position -> position % seq < seq - 1)
                .mapToObj(position -> compared(before, after, position * vocabulary, vocabulary, ids[position + 1]))
                .toArray(double[][]::new);
        for (double[] sum : sums) {
            lossBefore += sum[0];
            lossAfter += sum[1];
            divergence += sum[2];
            agreed += (long) sum[3];
        }
        predicted += sums.length;
    }

    private static double[] compared(float[] before, float[] after, int from, int vocabulary, int next) {
        int bestBefore = largest(before, from, vocabulary);
        int bestAfter = largest(after, from, vocabulary);
        double maxBefore = before[from + bestBefore];
        double maxAfter = after[from + bestAfter];
        double sumBefore = 0;
        double sumAfter = 0;
        double weighted = 0;
        for (int i = from; i < from + vocabulary; i++) {
            double p = Math.exp(before[i] - maxBefore);
            sumBefore += p;
            sumAfter += Math.exp(after[i] - maxAfter);
            weighted += p * ((before[i] - maxBefore) - (after[i] - maxAfter));
        }
        double logBefore = Math.log(sumBefore);
        double logAfter = Math.log(sumAfter);
        return new double[] {
            logBefore - (before[from + next] - maxBefore),
            logAfter - (after[from + next] - maxAfter),
            weighted / sumBefore - logBefore + logAfter,
            bestBefore == bestAfter ? 1 : 0
        };
    }

    private static int largest(float[] logits, int from, int count) {
        int best = 0;
        for (int i = 1; i < count; i++) {
            best = logits[from + i] > logits[from + best] ? i : best;
        }
        return best;
    }

    LanguageQuality quality() {
        return new LanguageQuality(
                Math.exp(lossBefore / predicted),
                Math.exp(lossAfter / predicted),
                Math.max(0, divergence / predicted),
                (double) agreed / predicted);
    }
}
