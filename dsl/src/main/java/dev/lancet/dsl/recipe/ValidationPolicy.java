package dev.lancet.dsl.recipe;

import dev.lancet.dsl.Check;
import java.util.Optional;

/**
 * How a training is watched, and what may end it before its last step.
 *
 * @param validateEvery steps between two validations, 0 for one at the end only
 * @param early when held-out text says that it is enough; empty for all steps
 * @param divergence when the loss says that it goes wrong; empty to look for losses that are no numbers only
 */
public record ValidationPolicy(int validateEvery, Optional<Early> early, Optional<Divergence> divergence) {

    /**
     * Ends a training when validations no longer improve; it has the weights of the best then.
     *
     * @param patience validations without improvement, the last of which ends it
     * @param improvement nats a token by which a validation must lie under the one that improved last, to improve too
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
     * Ends a training, as a failure, when the running mean of its loss stays far above its lowest.
     *
     * @param margin nats a token above the lowest mean so far
     * @param steps how many steps in a row
     */
    public record Divergence(double margin, int steps) {
        public Divergence {
            Check.that(margin > 0, "stopDiverging: margin %s; it must be positive, say 1 nat a token", margin);
            Check.that(steps > 0, "stopDiverging: %d steps; at least 1 is needed", steps);
        }

        @Override
        public String toString() {
            return ".stopDiverging(" + margin + ", " + steps + ")";
        }
    }

    public ValidationPolicy {
        Check.that(validateEvery >= 0, "validateEvery: %d; it must be positive, or 0 for the end only", validateEvery);
    }

    /** A validation at the end, nothing that ends it before. */
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

    /** Makes sure that there are validations where one may end the training. */
    void check() {
        Check.that(
                early.isEmpty() || validateEvery > 0,
                "stopEarly: %s, but nothing is validated before the end; say validateEvery(50) too",
                early.map(Early::patience).orElse(0));
    }

    /** As the language says it; nothing of what is plain. */
    @Override
    public String toString() {
        return (validateEvery == 0 ? "" : ".validateEvery(" + validateEvery + ")")
                + early.map(Early::toString).orElse("")
                + divergence.map(Divergence::toString).orElse("");
    }
}
