package dev.lancet.dsl.recipe;

/** The methods of a training that set when it validates and when it stops early. */
public sealed interface ValidationVerbs permits Training {

    /** When the training validates, and when it stops before its last step. */
    ValidationPolicy validation();

    /** With another validation policy. */
    Training validation(ValidationPolicy policy);

    /** With a validation every {@code steps} steps. */
    default Training validateEvery(int steps) {
        return validation(validation().validateEvery(steps));
    }

    /**
     * Stops after this many validations without improvement, and restores the best weights; needs {@link
     * #validateEvery}.
     */
    default Training stopEarly(int patience) {
        return stopEarly(patience, 0);
    }

    /** The same, but only a fall of the loss by this many nats per token counts as an improvement. */
    default Training stopEarly(int patience, double improvement) {
        return validation(validation().early(new ValidationPolicy.Early(patience, improvement)));
    }

    /**
     * Fails if the running mean of the loss stays this many nats per token above its lowest value for {@code steps}
     * steps.
     */
    default Training stopDiverging(double margin, int steps) {
        return validation(validation().divergence(new ValidationPolicy.Divergence(margin, steps)));
    }

    /** Steps between two validations, or 0 to validate only at the end. */
    default int validateEvery() {
        return validation().validateEvery();
    }
}
