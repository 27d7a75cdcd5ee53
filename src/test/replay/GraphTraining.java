import static dev.lancet.Lancet.*;

import dev.lancet.dsl.Compression;
import dev.lancet.runtime.GraphModel;
EXAMPLES
import java.nio.file.Path;

/** Cuts a SavedModel, trains it for 20 steps, prints each loss to the bit, and saves it. */
class GraphTraining {

    public static void main(String[] arguments) {
        int rows = 64;
        int[][] ids = new int[rows][32];
        int[] classes = new int[rows];
        for (int row = 0; row < rows; row++) {
            classes[row] = row % 2;
            for (int i = 0; i < 8 + row % 20; i++) {
                ids[row][i] = 1 + (row * 31 + i * (classes[row] + 2)) % 900;
            }
        }
        Examples examples = Examples.of("ids", ids).labels(classes);
        GraphModel trained = GraphModel.open(
                        Path.of("src/test/resources/fixtures/keras-transformer-classifier/saved_model"))
                .compress(Compression.keepAll().on(linears()).factorise(ratio(0.25)))
                .train(
                        examples,
                        OBJECTIVE.crossEntropy("output_0"),
                        adamW(20, 1e-3).batch(16).seed(1));
        trained.log()
                .orElseThrow()
                .points()
                .forEach(point -> System.out.println(point.step() + " " + point.loss() + " " + point.gradientNorm()));
        for (float value : trained.output(examples, "output_0")) {
            System.out.println(value);
        }
        trained.save(Path.of(arguments[0]));
    }
}
