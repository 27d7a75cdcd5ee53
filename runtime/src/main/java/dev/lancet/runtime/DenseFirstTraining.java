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
 * A training whose first steps are done by a dense model. The model is compressed then, and the smaller one does the other
 * steps, on the same batches and by the same schedule as if nothing had happened. Only the optimiser forgets, and its rate
 * rises again over 20 steps.
 *
 * @param corpus the text
 * @param training all steps
 * @param denseSteps how many of them the dense model does
 * @param compression what makes the smaller model
 */
public record DenseFirstTraining(Corpus corpus, Training training, int denseSteps, Compression compression) {

    /** @throws LancetException if the training is self-guided too */
    public DenseFirstTraining {
        if (training.guidance().isPresent()) {
            throw new LancetException("selfGuided: a training that is dense first has factors of trained weights, which"
                    + " need no guide; say one of both");
        }
    }

    /**
     * Trains.
     *
     * @param dense the model that begins; afterwards it is as it was when it was compressed
     * @param checkpoints where metrics and states of both parts are kept, if they are to be
     * @return the smaller model, trained to the end
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
