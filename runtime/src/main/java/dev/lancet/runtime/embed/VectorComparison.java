package dev.lancet.runtime.embed;

import dev.lancet.dsl.LancetException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How close the vectors of a model are to those of its original, on the same texts.
 *
 * @param texts how many texts were compared
 * @param cosineMean the mean cosine between the two vectors of a text
 * @param cosineMin the least cosine
 * @param neighbours how many nearest other texts were looked up for each text
 * @param recall the share of the original's nearest texts that are among the model's nearest texts
 */
public record VectorComparison(int texts, double cosineMean, double cosineMin, int neighbours, double recall) {

    /** How many nearest texts are looked up if there are enough. */
    private static final int NEAREST = 10;

    /** Every text is compared with every other. */
    private static final int MOST = 20_000;

    /**
     * Compares vectors.
     *
     * @throws LancetException if there are more than 20,000 texts, or if the vectors have different widths
     */
    public static VectorComparison of(List<TextEmbedding> original, List<TextEmbedding> model) {
        if (model.size() > MOST) {
            throw new LancetException(
                    "texts: " + model.size() + " are too many to compare each with each; give at most " + MOST);
        }
        double[][] before = unit(original);
        double[][] after = unit(model);
        if (before[0].length != after[0].length) {
            throw new LancetException("vectors: " + after[0].length + " numbers, but the baseline's have "
                    + before[0].length + "; compare a model with its original");
        }
        double[] cosines = IntStream.range(0, after.length)
                .mapToDouble(row -> product(before[row], after[row]))
                .toArray();
        int count = Math.min(NEAREST, after.length - 1);
        double found = IntStream.range(0, after.length)
                .mapToLong(row -> {
                    Set<Integer> wanted = nearest(before, row, count);
                    return nearest(after, row, count).stream()
                            .filter(wanted::contains)
                            .count();
                })
                .sum();
        return new VectorComparison(
                after.length,
                Arrays.stream(cosines).average().orElse(0),
                Arrays.stream(cosines).min().orElse(0),
                count,
                count == 0 ? 1 : found / count / after.length);
    }

    /** The cosine between two vectors. */
    static double cosine(TextEmbedding a, TextEmbedding b) {
        double[][] both = unit(List.of(a, b));
        return product(both[0], both[1]);
    }

    private static Set<Integer> nearest(double[][] vectors, int row, int count) {
        double[] products = Arrays.stream(vectors)
                .mapToDouble(other -> product(vectors[row], other))
                .toArray();
        return IntStream.range(0, vectors.length)
                .filter(other -> other != row)
                .boxed()
                .sorted(Comparator.comparingDouble(other -> -products[other]))
                .limit(count)
                .collect(Collectors.toSet());
    }

    private static double[][] unit(List<TextEmbedding> embeddings) {
        return embeddings.stream()
                .map(embedding -> {
                    float[] vector = embedding.vector();
                    double[] wide = new double[vector.length];
                    double square = 0;
                    for (int i = 0; i < wide.length; i++) {
                        square += (double) vector[i] * vector[i];
                    }
                    for (int i = 0; i < wide.length; i++) {
                        wide[i] = square == 0 ? 0 : vector[i] / Math.sqrt(square);
                    }
                    return wide;
                })
                .toArray(double[][]::new);
    }

    private static double product(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
