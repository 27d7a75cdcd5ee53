package dev.lancet.runtime.train;

import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.dsl.weights.Weights;
import dev.lancet.runtime.engine.Engine;
import dev.lancet.surgery.SelfGuidanceGraph;

/**
 * What a training is computed with, whichever of its steps is to be done.
 *
 * @param transformer the model
 * @param plan in which form its weights are stored
 * @param training how it is trained
 * @param sequence tokens a sequence
 * @param passing by which passes, where
 * @param weights where it begins
 */
record TrainingSetup(
        Transformer transformer, Plan plan, Training training, int sequence, PassSelection passing, Weights weights) {

    TrainingForm form(int step) {
        return TrainingForm.at(step, plan, training);
    }

    /** A session of a form, with the weights of the beginning and an optimiser that remembers nothing. */
    Engine open(TrainingForm form) {
        Engine engine = passing.session(TrainingGraph.of(transformer, form, training, sequence, passing.passes()));
        try {
            start(engine, form);
            return engine;
        } catch (RuntimeException e) {
            engine.close();
            throw e;
        }
    }

    /** Puts an engine of a form where it began, whatever was done with it since. */
    void start(Engine engine, TrainingForm form) {
        engine.load(plan, weights);
        engine.run("train.start");
        if (form.guided()) {
            engine.run(SelfGuidanceGraph.START);
        }
    }
}
