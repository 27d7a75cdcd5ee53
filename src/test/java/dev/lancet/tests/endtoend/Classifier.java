package dev.lancet.tests.endtoend;

import dev.lancet.runtime.train.graph.Examples;
import java.nio.file.Path;
import java.util.SplittableRandom;

/** The Keras classifier, with rows of random ids that are padded with zeros. */
final class Classifier {

    static final Path MODEL = Path.of("src/test/resources/fixtures/keras-transformer-classifier/saved_model");

    private Classifier() {}

    static Examples rows(int rows, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int[][] values = new int[rows][32];
        for (int[] row : values) {
            int words = 4 + random.nextInt(28);
            for (int i = 0; i < words; i++) {
                row[i] = 1 + random.nextInt(4095);
            }
        }
        return Examples.of("ids", values);
    }
}
