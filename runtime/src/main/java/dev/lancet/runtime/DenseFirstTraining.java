package dev.lancet.runtime;

import dev.lancet.dsl.Compression;
import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.recipe.Corpus;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.runtime.text.TokenText;
import dev.lancet.runtime.train.state.CheckpointPolicy;
import dev.lancet.runtime.train.state.StepRange;
import java.util.Optional;

/**
 * A training whose first steps run on a dense model. The model is then compressed, and the smaller model runs the
 * remaining steps, with the same batches and schedule as in an uninterrupted training. Only the optimiser state is reset;
 * its learning rate rises again over 20 steps.
 *
 * @param corpus the text
 * @param training the whole training, with all steps
 * @param denseSteps the number of steps for the dense model
 * @param compression how the smaller model is made
 */
public record DenseFirstTraining(Corpus corpus, Training training, int denseSteps, Compression compression) {

    /** @throws LancetException if the training is also self-guided */
    public DenseFirstTraining {
        if (training.guidance().isPresent()) {
            throw new LancetException(
                    "selfGuided: a training with dense first steps gets its factors from trained weights, which"
                            + " need no guide; use one of the two");
        }
    }

    /**
     * Trains.
     *
     * @param dense the model for the first steps; it keeps the weights that it had when it was compressed
     * @param checkpoints where metrics and states of both parts are kept, or empty for nowhere
     * @return the smaller model after all steps
     */
    public Model train(Model dense, Optional<CheckpointPolicy> checkpoints) {
        TokenText text = dense.read(corpus);
        dense.train(
                text,
                training,
                StepRange.first(training, denseSteps),
                checkpoints.map(all -> all.part(CheckpointPolicy.DENSE)));
        Model small = dense.compress(compression);
        small.train(
                text,
                training,
                StepRange.rest(training, denseSteps),
                checkpoints.map(all -> all.part(CheckpointPolicy.CUT)));
        small.prepend(dense.log().orElseThrow());
        return small;
    }
}
