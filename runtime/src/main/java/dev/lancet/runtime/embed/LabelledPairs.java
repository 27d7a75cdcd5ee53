package dev.lancet.runtime.embed;

import dev.lancet.dsl.LancetException;
import dev.lancet.io.Progress;
import dev.lancet.runtime.text.source.FieldRow;
import dev.lancet.runtime.text.source.FieldRows;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Pairs of texts with how alike people find them, as in the tasks of semantic textual similarity.
 *
 * @param first a text of each pair
 * @param second the other text of each pair
 * @param scores how alike they are; larger is more alike
 */
public record LabelledPairs(List<String> first, List<String> second, List<Double> scores) {

    private static final String FIRST = "sentence1";
    private static final String SECOND = "sentence2";
    private static final String SCORE = "score";

    public LabelledPairs {
        first = List.copyOf(first);
        second = List.copyOf(second);
        scores = List.copyOf(scores);
    }

    /**
     * Reads rows with {@code sentence1}, {@code sentence2} and {@code score} from {@code .csv}, {@code .json} or {@code .jsonl}.
     *
     * @throws LancetException if a row lacks one of them, or if there are fewer than two rows
     */
    public static LabelledPairs read(Path file) {
        List<String> first = new ArrayList<>();
        List<String> second = new ArrayList<>();
        List<Double> scores = new ArrayList<>();
        FieldRows.of(List.of(file)).each("read pairs", Progress.silent(), row -> {
            first.add(value(row, FIRST));
            second.add(value(row, SECOND));
            scores.add(number(row));
        });
        if (scores.size() < 2) {
            throw new LancetException("pairs: " + file + " has " + scores.size() + "; a correlation needs at least 2");
        }
        return new LabelledPairs(first, second, scores);
    }

    private static String value(FieldRow row, String field) {
        return row.text(field)
                .orElseThrow(() -> new LancetException("pairs: " + row.where() + " has no text in a field '" + field
                        + "'; it has " + row.names() + ", and needs " + FIRST + ", " + SECOND + " and " + SCORE));
    }

    private static double number(FieldRow row) {
        String text = value(row, SCORE).strip();
        try {
            double score = Double.parseDouble(text);
            if (Double.isFinite(score)) {
                return score;
            }
        } catch (NumberFormatException wrong) {
            throw new LancetException("pairs: " + row.where() + " has the score '" + text + "'; give a number", wrong);
        }
        throw new LancetException("pairs: " + row.where() + " has the score '" + text + "'; give a finite number");
    }

    /**
     * The rank correlation (Spearman, 1904) between the scores and the cosines of an encoder: 1 if both order the pairs alike.
     * Equal values share the mean of their ranks.
     *
     * @return not a number if all scores or all cosines are equal
     */
    public double spearman(TextEncoder encoder, int batch, Progress progress) {
        List<TextEmbedding> one = encoder.encode(first, batch, progress);
        List<TextEmbedding> other = encoder.encode(second, batch, progress);
        double[] cosines = IntStream.range(0, scores.size())
                .mapToDouble(pair -> VectorComparison.cosine(one.get(pair), other.get(pair)))
                .toArray();
        return correlation(
                ranks(cosines),
                ranks(scores.stream().mapToDouble(Double::doubleValue).toArray()));
    }

    private static double[] ranks(double[] values) {
        List<Integer> order = IntStream.range(0, values.length)
                .boxed()
                .sorted(Comparator.comparingDouble(at -> values[at]))
                .toList();
        double[] ranks = new double[values.length];
        for (int from = 0; from < values.length; ) {
            int to = from;
            while (to < values.length && values[order.get(to)] == values[order.get(from)]) {
                to++;
            }
            for (int at = from; at < to; at++) {
                ranks[order.get(at)] = (from + to - 1) / 2.0;
            }
            from = to;
        }
        return ranks;
    }

    private static double correlation(double[] a, double[] b) {
        double mean = (a.length - 1) / 2.0;
        double both = 0;
        double ofA = 0;
        double ofB = 0;
        for (int i = 0; i < a.length; i++) {
            both += (a[i] - mean) * (b[i] - mean);
            ofA += (a[i] - mean) * (a[i] - mean);
            ofB += (b[i] - mean) * (b[i] - mean);
        }
        return both / Math.sqrt(ofA * ofB);
    }
}
