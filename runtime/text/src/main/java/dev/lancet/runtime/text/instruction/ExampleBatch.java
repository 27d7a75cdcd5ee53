package dev.lancet.runtime.text.instruction;

import java.util.List;

/**
 * Some sequences of examples, each array {@code [batch][sequence]}. Places behind the last example of a sequence have id 0,
 * segment 0 and weight 0.
 */
public final class ExampleBatch {

    private final int[][] ids;
    private final int[][] labels;
    private final int[][] segments;
    private final int[][] positions;
    private final float[][] weights;
    private final int answers;

    /**
     * Lays examples out.
     *
     * @param rows the examples of each sequence
     * @param weight the weight of a label that belongs to an answer
     */
    ExampleBatch(List<List<EncodedExample>> rows, int sequence, double weight) {
        ids = new int[rows.size()][sequence];
        labels = new int[rows.size()][sequence];
        segments = new int[rows.size()][sequence];
        positions = new int[rows.size()][sequence];
        weights = new float[rows.size()][sequence];
        answers = answers(rows);
        for (int row = 0; row < rows.size(); row++) {
            int place = 0;
            int segment = 0;
            for (EncodedExample example : rows.get(row)) {
                segment++;
                for (int at = 0; at < example.places(); at++, place++) {
                    ids[row][place] = example.id(at);
                    labels[row][place] = example.id(at + 1);
                    segments[row][place] = segment;
                    positions[row][place] = at;
                    weights[row][place] = example.isAnswer(at + 1) ? (float) weight : 0;
                }
            }
        }
    }

    static int answers(List<List<EncodedExample>> rows) {
        return rows.stream()
                .flatMap(List::stream)
                .mapToInt(EncodedExample::answers)
                .sum();
    }

    /** The inputs. */
    public int[][] ids() {
        return ids;
    }

    /** The ids that follow the inputs. */
    public int[][] labels() {
        return labels;
    }

    /** The number of the example in its sequence, from 1. */
    public int[][] segments() {
        return segments;
    }

    /** The position in the example, from 0. */
    public int[][] positions() {
        return positions;
    }

    /** The weight of each label. */
    public float[][] weights() {
        return weights;
    }

    /** How many labels belong to answers. */
    public int answers() {
        return answers;
    }
}
