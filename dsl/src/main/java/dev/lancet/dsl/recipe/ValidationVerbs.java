package dev.lancet.dsl.recipe;

/** What a training says of held-out data: when it is looked at, and what follows from it. */
public sealed interface ValidationVerbs permits Training {

    /** When the training is validated, and what may end it before its last step. */
    ValidationPolicy validation();

    /** With another validation policy. */
    Training validation(ValidationPolicy policy);

    /** With a validation every so many steps. */
    default Training validateEvery(int steps) {
        return validation(validation().validateEvery(steps));
    }

    /** That ends after so many validations without improvement, with the weights of the best; needs {@link #validateEvery}. */
    default Training stopEarly(int patience) {
        return stopEarly(patience, 0);
    }

    /** The same, where only a validation this many nats under the one that improved last improves too. */
    default Training stopEarly(int patience, double improvement) {
        return validation(validation().early(new ValidationPolicy.Early(patience, improvement)));
    }

    /** That fails when the running mean of its loss is this many nats above its lowest for so many steps in a row. */
    default Training stopDiverging(double margin, int steps) {
        return validation(validation().divergence(new ValidationPolicy.Divergence(margin, steps)));
    }

    /** Steps between two validations, 0 for one at the end only. */
    default int validateEvery() {
        return validation().validateEvery();
    }
}
