package dev.lancet.runtime.bench;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Precision;
import dev.lancet.dsl.plan.Plan;

/**
 * What is measured: a preset, how small it is, how often.
 *
 * @param preset the model
 * @param rank inner width of the factors of every linear layer but the head, or 0 for whole matrices
 * @param precision in which linear layers are stored
 * @param steps how many measurements the median is taken of
 */
public record Trial(Preset preset, int rank, Precision precision, int steps) {

    /** The seed of weights and ids. */
    static final long SEED = 42;

    public Trial {
        if (rank < 0) {
            throw new IllegalArgumentException("--rank: " + rank + "; it is 1 or more, or 0 for whole matrices");
        }
        if (steps < 1) {
            throw new IllegalArgumentException("--steps: " + steps + "; at least 1 is needed");
        }
    }

    /**
     * The plan of the model.
     *
     * @throws LancetException if the rank does not make a layer smaller
     */
    public Plan plan() {
        return preset.plan(rank, precision);
    }
}
