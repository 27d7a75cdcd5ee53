package dev.lancet.compression;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Nonlinearity;
import dev.lancet.dsl.plan.Step;

/**
 * Checks for features that only fresh weights can get: a nonlinearity between factors, and an initialisation of factors.
 */
final class FactorCompatibility {

    private FactorCompatibility() {}

    /** Checks that no nonlinearity is added or removed, and that factors with one keep their rank. */
    static void check(Step from, Step into) {
        if (into.initialisation().isPresent() && !into.initialisation().equals(from.initialisation())) {
            throw new LancetException("compress: " + from.weight().name()
                    + " has trained weights, so its factors are computed from them; initialise("
                    + into.initialisation().get() + ") is only for fresh weights, leave it out");
        }
        if (from.between().equals(into.between())
                && (from.between().isEmpty() || from.rank().equals(into.rank()))) {
            return;
        }
        String name = "compress: " + from.weight().name();
        if (from.between().isEmpty()) {
            Nonlinearity curve = into.between().orElseThrow();
            throw new LancetException(name + " has trained weights, and no truncation gives factors with " + curve
                    + " between them; leave it out, or train such a model from fresh weights");
        }
        throw new LancetException(name + " was trained with " + from.between().get() + " between its factors of rank "
                + from.rank().orElseThrow() + ", so it cannot be factored again or multiplied out;"
                + " keep both, as quantize(int8()) does");
    }

    /** Checks that the stored factors of a step multiply to a matrix. */
    static void checkMatrix(Step step) {
        if (step.between().isPresent()) {
            throw new LancetException("singular values: " + step.weight().name() + " was trained with "
                    + step.between().get()
                    + " between its factors, so it has no singular values; do not choose its rank by them");
        }
    }
}
