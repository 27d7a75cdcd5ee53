package dev.lancet.runtime.text.task;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;

/**
 * How predictions agree with right answers.
 *
 * @param confusion the number of rows for each right label, and in it for each predicted label; the last column counts rows
 *     without a prediction
 * @param interval the accuracies between which 95 % of resamples of the rows lie
 * @param macroInterval the same for {@link #macroF1}
 */
public record Classification(List<List<Integer>> confusion, Interval interval, Interval macroInterval) {

    /** The prediction of a row whose answer could not be read. */
    public static final int NONE = -1;

    private static final int RESAMPLES = 1000;
    private static final double OUTSIDE = 0.025;

    /**
     * A range.
     *
     * @param low its lower end
     * @param high its upper end
     */
    public record Interval(double low, double high) {}

    public Classification {
        confusion = confusion.stream().map(List::copyOf).toList();
    }

    /**
     * Compares predictions with right answers.
     *
     * @param labels the number of labels
     * @param right the index of the right label of each row
     * @param predicted the index of the predicted label of each row, or {@link #NONE}
     * @param seed seed of the bootstrap (Efron, 1979): 1,000 resamples of the rows, percentiles 2.5 and 97.5
     */
    public static Classification of(int labels, List<Integer> right, List<Integer> predicted, long seed) {
        int rows = right.size();
        int[] cells = new int[rows];
        for (int i = 0; i < rows; i++) {
            cells[i] = right.get(i) * (labels + 1) + (predicted.get(i) == NONE ? labels : predicted.get(i));
        }
        int[] counts = new int[labels * (labels + 1)];
        Arrays.stream(cells).forEach(cell -> counts[cell]++);
        double[] accuracies = new double[RESAMPLES];
        double[] scores = new double[RESAMPLES];
        SplittableRandom random = new SplittableRandom(seed);
        int[] drawn = new int[counts.length];
        for (int sample = 0; sample < RESAMPLES; sample++) {
            Arrays.fill(drawn, 0);
            for (int i = 0; i < rows; i++) {
                drawn[cells[random.nextInt(rows)]]++;
            }
            accuracies[sample] = accuracy(drawn, labels, rows);
            scores[sample] = macroF1(drawn, labels);
        }
        List<List<Integer>> confusion = new ArrayList<>();
        for (int label = 0; label < labels; label++) {
            confusion.add(Arrays.stream(counts, label * (labels + 1), (label + 1) * (labels + 1))
                    .boxed()
                    .toList());
        }
        return new Classification(confusion, interval(accuracies), interval(scores));
    }

    private static Interval interval(double[] values) {
        Arrays.sort(values);
        return new Interval(values[(int) (OUTSIDE * values.length)], values[(int) ((1 - OUTSIDE) * values.length) - 1]);
    }

    private int[] counts() {
        return confusion.stream()
                .flatMapToInt(row -> row.stream().mapToInt(Integer::intValue))
                .toArray();
    }

    /** The number of rows. */
    public int rows() {
        return Arrays.stream(counts()).sum();
    }

    /** The share of rows whose prediction is right. */
    public double accuracy() {
        return accuracy(counts(), confusion.size(), rows());
    }

    /**
     * The mean F1 of the labels that are right or predicted in some row; a label that is never predicted rightly has 0. A
     * row without a prediction counts against its right label.
     */
    public double macroF1() {
        return macroF1(counts(), confusion.size());
    }

    /** The accuracy of always answering with the most frequent label. */
    public double majority() {
        List<Integer> sums = confusion.stream()
                .map(row -> row.stream().mapToInt(Integer::intValue).sum())
                .toList();
        return (double) Collections.max(sums) / rows();
    }

    /** The number of rows without a prediction. */
    public int unparsed() {
        return confusion.stream().mapToInt(row -> row.get(row.size() - 1)).sum();
    }

    private static double accuracy(int[] counts, int labels, int rows) {
        int right = 0;
        for (int label = 0; label < labels; label++) {
            right += counts[label * (labels + 1) + label];
        }
        return (double) right / rows;
    }

    private static double macroF1(int[] counts, int labels) {
        double sum = 0;
        int seen = 0;
        for (int label = 0; label < labels; label++) {
            int right = 0;
            int predicted = 0;
            for (int other = 0; other <= labels; other++) {
                right += counts[label * (labels + 1) + other];
            }
            for (int other = 0; other < labels; other++) {
                predicted += counts[other * (labels + 1) + label];
            }
            if (right + predicted > 0) {
                seen++;
                sum += 2.0 * counts[label * (labels + 1) + label] / (right + predicted);
            }
        }
        return sum / seen;
    }
}
