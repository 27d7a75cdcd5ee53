package dev.lancet.dsl.recipe;

import dev.lancet.dsl.Check;
import java.util.Optional;

/**
 * When a training validates, and when it stops before its last step.
 *
 * @param validateEvery steps between two validations, or 0 to validate only at the end
 * @param early when to stop because the validation loss no longer improves; empty to train all steps
 * @param divergence when to fail because the loss has diverged; empty to fail only if the loss is not a number
 */
public record ValidationPolicy(int validateEvery, Optional<Early> early, Optional<Divergence> divergence) {

    /**
     * Stops a training when the validation loss no longer improves, and restores the best weights.
     *
     * @param patience how many validations in a row may pass without improvement before the training stops
     * @param improvement by how many nats per token the loss must fall to count as an improvement
     */
    public record Early(int patience, double improvement) {
        public Early {
            Check.that(patience > 0, "stopEarly: %d validations; at least 1 is needed", patience);
            Check.that(improvement >= 0, "stopEarly: improvement %s; it must not be negative", improvement);
        }

        @Override
        public String toString() {
            return ".stopEarly(" + patience + (improvement == 0 ? "" : ", " + improvement) + ")";
        }
    }

    /**
     * Fails a training if the running mean of its loss stays far above its lowest value.
     *
     * @param margin how many nats per token above the lowest mean so far count as far
     * @param steps how many steps in a row it must stay there
     */
    public record Divergence(double margin, int steps) {
        public Divergence {
            Check.that(
                    margin > 0, "stopDiverging: margin %s; it must be positive, for example 1 nat per token", margin);
            Check.that(steps > 0, "stopDiverging: %d steps; at least 1 is needed", steps);
        }

        @Override
        public String toString() {
            return ".stopDiverging(" + margin + ", " + steps + ")";
        }
    }

    public ValidationPolicy {
        Check.that(
                validateEvery >= 0,
                "validateEvery: %d; it must be positive, or 0 to validate only at the" + " end",
                validateEvery);
    }

    /** One validation at the end, and no early stop. */
    static ValidationPolicy plain() {
        return new ValidationPolicy(0, Optional.empty(), Optional.empty());
    }

    ValidationPolicy validateEvery(int steps) {
        return new ValidationPolicy(steps, early, divergence);
    }

    ValidationPolicy early(Early ending) {
        return new ValidationPolicy(validateEvery, Optional.of(ending), divergence);
    }

    ValidationPolicy divergence(Divergence ending) {
        return new ValidationPolicy(validateEvery, early, Optional.of(ending));
    }

    /** Checks that a training with early stopping has validations. */
    void check() {
        Check.that(
                early.isEmpty() || validateEvery > 0,
                "stopEarly: %s needs validations before the end; add validateEvery(50)",
                early.map(Early::patience).orElse(0));
    }

    /** The code that makes this value, without the defaults. */
    @Override
    public String toString() {
        return (validateEvery == 0 ? "" : ".validateEvery(" + validateEvery + ")")
                + early.map(Early::toString).orElse("")
                + divergence.map(Divergence::toString).orElse("");
    }
}
