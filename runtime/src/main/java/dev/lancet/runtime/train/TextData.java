package dev.lancet.runtime.train;

import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.runtime.engine.TensorTransfer;
import dev.lancet.runtime.text.Batches;
import dev.lancet.runtime.text.TokenIds;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.tensorflow.Tensor;
import org.tensorflow.proto.GraphDef;

/** A text, cut into windows. */
record TextData(TokenIds ids, TokenIds heldOut, TrainingTargets targets) implements TrainingData {

    private static final int VALIDATION_BATCHES = 16;

    @Override
    public GraphDef blueprint(Transformer transformer, int batch, int sequence) {
        return targets.blueprint(transformer, batch, sequence);
    }

    @Override
    public OptionalInt sequence() {
        return OptionalInt.empty();
    }

    @Override
    public TrainingBatches batches(Training training, int sequence, BatchShard share) {
        Batches text = new Batches(ids, training.batch(), sequence, training.seed());
        Optional<Batches> held = heldOut.size() > (long) training.batch() * sequence
                ? Optional.of(new Batches(heldOut, training.batch(), sequence, training.seed()))
                : Optional.empty();
        int first = share.first(training.batch());
        int rows = share.rows(training.batch());
        return new TrainingBatches() {
            @Override
            public TrainingBatch at(long number) {
                return new Window(text.at(number, first, rows), targets);
            }

            @Override
            public int validations() {
                return held.map(it -> Math.min(VALIDATION_BATCHES, it.windows() / training.batch()))
                        .orElse(0);
            }

            @Override
            public TrainingBatch validation(int number) {
                return new Window(held.orElseThrow().at(number, first, rows), targets);
            }

            @Override
            public String tooLittleHeldOut() {
                return heldOut.size() + " tokens are held out, which is less than a batch of "
                        + (long) training.batch() * sequence;
            }
        };
    }

    /** Rows {@code [batch][sequence + 1]}. */
    private static final class Window implements TrainingBatch {

        private final int[][] rows;
        private final TrainingTargets targets;

        Window(int[][] rows, TrainingTargets targets) {
            this.rows = rows;
            this.targets = targets;
        }

        @Override
        public Map<String, Tensor> feeds() {
            int[][] inputs = Arrays.stream(rows)
                    .map(row -> Arrays.copyOf(row, row.length - 1))
                    .toArray(int[][]::new);
            return Map.of("ids", TensorTransfer.matrix(inputs), "labels", targets.labels(rows));
        }

        @Override
        public double weight() {
            return 1;
        }
    }
}
