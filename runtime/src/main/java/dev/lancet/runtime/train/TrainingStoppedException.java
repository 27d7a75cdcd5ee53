package dev.lancet.runtime.train;

import dev.lancet.dsl.LancetException;

/** A training was asked to stop, and did after a whole step. */
public final class TrainingStoppedException extends LancetException {

    private static final long serialVersionUID = 1;

    TrainingStoppedException(int step, int steps, boolean kept) {
        super("interrupted: after step " + step + " of " + steps + "; "
                + (kept ? "the state is kept, go on with --resume" : "nothing was kept, no folder was given"));
    }
}
