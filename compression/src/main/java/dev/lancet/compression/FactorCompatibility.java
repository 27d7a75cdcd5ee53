package dev.lancet.compression;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Nonlinearity;
import dev.lancet.dsl.plan.Step;

/** What only fresh weights can be: factors with a nonlinearity between them, which are no matrix, and a beginning of their own. */
final class FactorCompatibility {

    private FactorCompatibility() {}

    /** Makes sure that a nonlinearity neither comes nor goes, and that its factors keep their rank. */
    static void check(Step from, Step into) {
        if (into.initialisation().isPresent() && !into.initialisation().equals(from.initialisation())) {
            throw new LancetException("compress: " + from.weight().name()
                    + " has trained weights, which its factors come from; initialise("
                    + into.initialisation().get() + ") is for fresh ones, leave it out");
        }
        if (from.between().equals(into.between())
                && (from.between().isEmpty() || from.rank().equals(into.rank()))) {
            return;
        }
        String name = "compress: " + from.weight().name();
        if (from.between().isEmpty()) {
            Nonlinearity curve = into.between().orElseThrow();
            throw new LancetException(name + " has trained weights, which no truncation turns into factors with "
                    + curve + " between them; leave it out, or train the model so from fresh weights");
        }
        throw new LancetException(name + " was trained with " + from.between().get() + " between its factors of rank "
                + from.rank().orElseThrow() + " and is no matrix that could be cut or put together;"
                + " keep both, as quantize(int8()) does");
    }

    /** Makes sure that a step's pieces multiply to a matrix. */
    static void checkMatrix(Step step) {
        if (step.between().isPresent()) {
            throw new LancetException("singular values: " + step.weight().name() + " was trained with "
                    + step.between().get() + " between its factors and is no matrix; choose its rank otherwise");
        }
    }
}
