package dev.lancet.runtime.train;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.runtime.engine.TensorTransfer;
import dev.lancet.runtime.text.instruction.ExampleBatch;
import dev.lancet.runtime.text.instruction.ExampleBatches;
import dev.lancet.runtime.text.instruction.InstructionText;
import dev.lancet.surgery.Blueprint;
import java.util.Map;
import java.util.OptionalInt;
import org.tensorflow.Tensor;
import org.tensorflow.proto.GraphDef;

/** Examples, of which the answers alone have a loss. */
record AnswerData(InstructionText examples) implements TrainingData {

    private static final int VALIDATION_BATCHES = 64;

    @Override
    public GraphDef blueprint(Transformer transformer, int batch, int sequence) {
        return Blueprint.answers(transformer, batch, sequence);
    }

    @Override
    public OptionalInt sequence() {
        return OptionalInt.of(examples.sequence());
    }

    @Override
    public TrainingBatches batches(Training training, int sequence, BatchShard share) {
        if (share.workers() > 1) {
            throw new LancetException("examples: their answers are of different length, so " + share.workers()
                    + " workers would give them other weights than one has; train on examples with one worker");
        }
        ExampleBatches steps =
                examples.batches(training.batch(), training.execution().accumulate(), training.seed());
        ExampleBatches held = examples.heldOut(training.batch());
        return new TrainingBatches() {
            @Override
            public TrainingBatch at(long number) {
                return new Rows(steps.at(number));
            }

            @Override
            public int validations() {
                return Math.min(VALIDATION_BATCHES, held.count());
            }

            @Override
            public TrainingBatch validation(int number) {
                return new Rows(held.inOrder(number));
            }

            @Override
            public String tooLittleHeldOut() {
                return "no example is held out";
            }
        };
    }

    private record Rows(ExampleBatch batch) implements TrainingBatch {

        @Override
        public Map<String, Tensor> feeds() {
            return Map.of(
                    "ids", TensorTransfer.matrix(batch.ids()),
                    "labels", TensorTransfer.matrix(batch.labels()),
                    "segments", TensorTransfer.matrix(batch.segments()),
                    "positions", TensorTransfer.matrix(batch.positions()),
                    "loss.weights", TensorTransfer.matrix(batch.weights()));
        }

        @Override
        public double weight() {
            return batch.answers();
        }
    }
}
