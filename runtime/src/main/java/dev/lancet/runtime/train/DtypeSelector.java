package dev.lancet.runtime.train;

import dev.lancet.dsl.recipe.Arithmetic;
import dev.lancet.io.Progress;
import java.util.Optional;
import java.util.function.Function;

/**
 * Finds the faster arithmetic for a training on this machine: it runs the training's own first steps in float32 and in
 * bfloat16, and then starts the training in the faster one. The two alternate, so that other work on the machine slows
 * both, and the fastest step of each counts. Only one of them holds the weights at a time.
 */
final class DtypeSelector {

    private static final int ROUNDS = 2;

    private final PassSelection undecided;
    private final Function<PassSelection, DeclaredSession> opener;

    /**
     * A selector for a training.
     *
     * @param undecided the passes of both arithmetics
     * @param opener opens a session with these passes at the start of the training
     */
    DtypeSelector(PassSelection undecided, Function<PassSelection, DeclaredSession> opener) {
        this.undecided = undecided;
        this.opener = opener;
    }

    /**
     * A session at the start of a training.
     *
     * @param session the session; the caller closes it
     * @param selection its passes, with the measurement that chose them
     */
    record Selected(DeclaredSession session, PassSelection selection) {}

    /** Opens a session in the arithmetic of the resumed training, without measuring. */
    Selected resumed(Arithmetic begun) {
        PassSelection selection = undecided.in(DtypeChoice.resumed(begun));
        return new Selected(opener.apply(selection), selection);
    }

    /**
     * Measures, and returns a session in the faster arithmetic, in the state before the measurement.
     *
     * @param what the trained model, for people
     * @param first the first step of the training, counted from 0
     * @param last the last step of the training
     */
    Selected faster(Progress progress, String what, int first, int last) {
        try (Progress.Task task = progress.begin("time a step of " + what, 2 * ROUNDS);
                StepTimer float32 = timer(Arithmetic.FLOAT32, first, last);
                StepTimer bfloat16 = timer(Arithmetic.BFLOAT16, first, last)) {
            for (int round = 0; round < ROUNDS; round++) {
                float32.measure();
                task.advance(2 * round + 1, "float32");
                bfloat16.measure();
                task.advance(2 * round + 2, "bfloat16");
            }
            DtypeChoice choice = chosen(new DtypeTiming(float32.fastest(), bfloat16.fastest()));
            return new Selected((choice.bfloat16() ? bfloat16 : float32).take(), undecided.in(choice));
        }
    }

    /** The arithmetic that the chief finds faster. */
    private DtypeChoice chosen(DtypeTiming timing) {
        Arithmetic chosen =
                Arithmetic.valueOf(undecided.workers().fromChief(timing.faster().name()));
        return new DtypeChoice(chosen, Optional.of(timing));
    }

    private StepTimer timer(Arithmetic arithmetic, int first, int last) {
        return new StepTimer(() -> resumed(arithmetic).session(), first, last);
    }
}
