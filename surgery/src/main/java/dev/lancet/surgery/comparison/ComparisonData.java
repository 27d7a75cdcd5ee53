package dev.lancet.surgery.comparison;

import java.nio.file.Path;
import java.util.Arrays;

/** The data on which two models are compared. */
public sealed interface ComparisonData {

    /**
     * A file: rows for a graph ({@code .npz} or {@code .safetensors}), or a text or token ids ({@code .i32}) for a language
     * model.
     */
    record File(Path path) implements ComparisonData {}

    /** Token ids for a language model, read in windows of its context. */
    final class Ids implements ComparisonData {

        private final int[] values;

        public Ids(int[] values) {
            this.values = values.clone();
        }

        public int[] values() {
            return values.clone();
        }
    }

    /** Rows of floats for a graph with one input. */
    final class Rows implements ComparisonData {

        private final String input;
        private final float[][] values;

        /**
         * Rows of floats.
         *
         * @param input the name of the input in the signature
         * @param values {@code [rows][elements of a row]}
         */
        public Rows(String input, float[][] values) {
            this.input = input;
            this.values = copy(values);
        }

        public String input() {
            return input;
        }

        public float[][] values() {
            return copy(values);
        }

        private static float[][] copy(float[][] rows) {
            return Arrays.stream(rows).map(float[]::clone).toArray(float[][]::new);
        }
    }
}
