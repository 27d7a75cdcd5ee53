package dev.lancet.runtime.train;

import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.runtime.text.TokenIds;
import dev.lancet.runtime.text.instruction.InstructionText;
import java.util.OptionalInt;
import org.tensorflow.proto.GraphDef;

/** What a declared model is trained on: a text, or examples whose answers alone have a loss. */
public interface TrainingData {

    /** The training graph for this data. */
    GraphDef blueprint(Transformer transformer, int batch, int sequence);

    /** The batches of a training, with the rows of one worker. */
    TrainingBatches batches(Training training, int sequence, BatchShard share);

    /** The length of a sequence if the data decides it. */
    OptionalInt sequence();

    /**
     * A text.
     *
     * @param ids the text to train on
     * @param heldOut the text to validate on
     * @param targets what it teaches
     */
    static TrainingData text(TokenIds ids, TokenIds heldOut, TrainingTargets targets) {
        return new TextData(ids, heldOut, targets);
    }

    /** Examples. */
    static TrainingData answers(InstructionText examples) {
        return new AnswerData(examples);
    }
}
