package dev.lancet.runtime.train;

import dev.lancet.dsl.LancetException;

/** A training stopped on request, after a complete step. */
public final class TrainingStoppedException extends LancetException {

    private static final long serialVersionUID = 1;

    TrainingStoppedException(int step, int steps, boolean kept) {
        super("interrupted: after step " + step + " of " + steps + "; "
                + (kept
                        ? "the state is kept, continue with --resume"
                        : "no state was kept, because no folder was given"));
    }
}
