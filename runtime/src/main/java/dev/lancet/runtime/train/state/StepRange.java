package dev.lancet.runtime.train.state;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.recipe.Training;

/**
 * The steps of a training that run in one form of the model, counted from 0.
 *
 * @param from the first
 * @param to the one after the last
 */
public record StepRange(int from, int to) {

    private static final int REWARMED = 20;

    /** All steps. */
    public static StepRange all(Training training) {
        return new StepRange(0, training.steps());
    }

    /** The first steps. */
    public static StepRange first(Training training, int steps) {
        if (steps < 1 || steps >= training.steps()) {
            throw new LancetException("denseFirst: " + steps + " of " + training.steps()
                    + " steps; some must remain for the compressed model");
        }
        return new StepRange(0, steps);
    }

    /** The steps after the first ones. */
    public static StepRange rest(Training training, int steps) {
        return new StepRange(steps, training.steps());
    }

    /** The rate of a step: that of the training, but rising from 0 again if the optimiser starts in the middle of it. */
    public double rate(Training training, int step) {
        double risen = from == 0 ? 1 : Math.min(1, (step - from + 1.0) / REWARMED);
        return risen * training.rateAt(step);
    }

    /** The number of updates that the optimiser has made after this step. */
    public int moves(int step) {
        return step - from + 1;
    }

    @Override
    public String toString() {
        return from + " to " + to;
    }
}
