package dev.lancet.runtime.train;

import dev.lancet.dsl.recipe.Arithmetic;
import dev.lancet.io.Progress;
import java.util.function.Function;

/**
 * Finds out in which numbers a training is faster on this machine: it does the training's own first steps in float32 and in
 * bfloat16, and begins the training in the faster numbers. The two take turns, so that other work on the machine slows both, and
 * the fastest step of each counts. Only one of them holds the weights at a time.
 */
final class DtypeSelector {

    private static final int ROUNDS = 2;

    private final PassSelection undecided;
    private final Function<PassSelection, DeclaredSession> opener;

    /**
     * A selector for a training.
     *
     * @param undecided the passes of both
     * @param opener opens a session with these passes at the beginning of the training
     */
    DtypeSelector(PassSelection undecided, Function<PassSelection, DeclaredSession> opener) {
        this.undecided = undecided;
        this.opener = opener;
    }

    /**
     * A session at the beginning of a training.
     *
     * @param session whoever gets it closes it
     * @param selection its passes, and what was measured to choose them
     */
    record Selected(DeclaredSession session, PassSelection selection) {}

    /** Opens a session in the numbers that a training began with, without measuring. */
    Selected resumed(Arithmetic begun) {
        PassSelection selection = undecided.in(DtypeChoice.resumed(begun));
        return new Selected(opener.apply(selection), selection);
    }

    /**
     * Measures, and gives a session in the faster numbers, which is as if nothing had been measured.
     *
     * @param what what is trained, for people
     * @param first the step with which the training begins, counted from 0
     * @param last the step with which it ends
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
            DtypeChoice choice = DtypeChoice.of(new StepTiming(float32.fastest(), bfloat16.fastest()));
            return new Selected((choice.bfloat16() ? bfloat16 : float32).take(), undecided.in(choice));
        }
    }

    private StepTimer timer(Arithmetic arithmetic, int first, int last) {
        return new StepTimer(() -> resumed(arithmetic).session(), first, last);
    }
}
