package dev.lancet.runtime.train;

import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.runtime.engine.Engine;
import dev.lancet.surgery.SelfGuidanceGraph;

/**
 * The settings of a training that hold for all its steps.
 *
 * @param transformer the model
 * @param plan the form in which its weights are stored
 * @param training the training
 * @param sequence tokens per sequence
 * @param passing the passes and the device
 * @param weights the weights to start from
 * @param data what the model is trained on
 */
record TrainingSetup(
        Transformer transformer,
        Plan plan,
        Training training,
        int sequence,
        PassSelection passing,
        Weights weights,
        TrainingData data) {

    /** The rows of every batch that this worker computes. */
    BatchShard share() {
        return BatchShard.of(passing.workers());
    }

    TrainingForm form(int step) {
        return TrainingForm.at(step, plan, training);
    }

    /** A session in a form, with the initial weights and an empty optimiser state. */
    Engine open(TrainingForm form) {
        Engine engine = passing.session(TrainingGraph.of(this, form));
        try {
            start(engine, form);
            return engine;
        } catch (RuntimeException e) {
            engine.close();
            throw e;
        }
    }

    /** Resets an engine of a form to the start. */
    void start(Engine engine, TrainingForm form) {
        engine.load(plan, weights);
        engine.run("train.start");
        if (form.guided()) {
            engine.run(SelfGuidanceGraph.START);
        }
    }
}
