package dev.lancet.runtime;

import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.io.Progress;
import dev.lancet.runtime.cluster.WorkerGroup;
import dev.lancet.runtime.device.Device;
import dev.lancet.runtime.text.TokenIds;
import dev.lancet.runtime.text.TokenText;
import dev.lancet.runtime.text.instruction.InstructionText;
import dev.lancet.runtime.text.tokenizer.TokenIdChecks;
import dev.lancet.runtime.train.PassSelection;
import dev.lancet.runtime.train.Trainer;
import dev.lancet.runtime.train.TrainingData;
import dev.lancet.runtime.train.TrainingTargets;
import dev.lancet.runtime.train.state.CheckpointPolicy;
import dev.lancet.runtime.train.state.Fingerprint;
import dev.lancet.runtime.train.state.StepRange;
import dev.lancet.runtime.train.state.TrainingFolder;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/** Trains a model on its device, with a folder for metrics and states if one is wanted. */
final class ModelTraining {

    private final Transformer transformer;
    private final Plan plan;
    private final Progress progress;
    private final Device device;
    private final WorkerGroup workers;

    ModelTraining(Transformer transformer, Plan plan, Progress progress, Device device, WorkerGroup workers) {
        this.transformer = transformer;
        this.plan = plan;
        this.progress = progress;
        this.device = device;
        this.workers = workers;
    }

    /** A range of training steps on a text. */
    Trainer.Outcome train(
            Weights weights, TokenText text, Training training, StepRange range, Optional<CheckpointPolicy> keeping) {
        TrainingData data = TrainingData.text(text.training(), text.heldOut(), TrainingTargets.nextTokens());
        return train(weights, data, text.fingerprint(), training, range, keeping);
    }

    /** A training on examples. */
    Trainer.Outcome train(
            Weights weights, InstructionText examples, Training training, Optional<CheckpointPolicy> keeping) {
        TrainingData data = TrainingData.answers(examples);
        return train(weights, data, examples.fingerprint(), training, StepRange.all(training), keeping);
    }

    private Trainer.Outcome train(
            Weights weights,
            TrainingData data,
            String identity,
            Training training,
            StepRange range,
            Optional<CheckpointPolicy> keeping) {
        PassSelection selection = passing(training);
        Trainer trainer =
                Trainer.of(transformer, plan, training, selection).over(range).progress(progress);
        if (workers.size() == 1 && keeping.isEmpty()) {
            return trainer.train(weights, data, Optional.empty());
        }
        Fingerprint fingerprint = Fingerprint.of(transformer, plan, training, range, identity, selection.order());
        workers.agree(fingerprint.parts());
        try {
            return train(
                    trainer, weights, data, keeping.filter(any -> workers.chief()), fingerprint.of(workers.size()));
        } catch (RuntimeException failure) {
            throw workers.explained(failure);
        }
    }

    private static Trainer.Outcome train(
            Trainer trainer,
            Weights weights,
            TrainingData data,
            Optional<CheckpointPolicy> keeping,
            Fingerprint fingerprint) {
        if (keeping.isEmpty()) {
            return trainer.train(weights, data, Optional.empty());
        }
        try (TrainingFolder folder = keeping.get().open(fingerprint)) {
            return trainer.train(weights, data, Optional.of(folder));
        }
    }

    /** A training on token ids. */
    Trainer.Outcome train(Weights weights, int[] ids, int[] heldOut, Training training) {
        TokenIdChecks.check(ids, transformer.vocabulary(), "training text");
        TokenIdChecks.check(heldOut, transformer.vocabulary(), "held-out text");
        TrainingData data = TrainingData.text(TokenIds.of(ids), TokenIds.of(heldOut), TrainingTargets.nextTokens());
        String identity = "ids " + Arrays.hashCode(ids) + ", held out " + Arrays.hashCode(heldOut);
        return train(weights, data, identity, training, StepRange.all(training), Optional.empty());
    }

    private PassSelection passing(Training training) {
        return PassSelection.here(training, Set.of(), device.resolve(), workers);
    }
}
