package dev.lancet.runtime.train.state;

import dev.lancet.dsl.LancetException;
import dev.lancet.runtime.train.log.Metrics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Where a training keeps what must not be lost, see {@link TrainingFolder}, and where it begins.
 *
 * @param folder where it keeps it
 * @param start what it does with what it finds there
 * @param other the folder of another training whose state it begins with
 * @param every steps between two states
 */
public record CheckpointPolicy(Path folder, Start start, Optional<Path> other, int every) {

    /** The part of a training before its model is cut. */
    public static final String DENSE = "dense";

    /** The part after. */
    public static final String CUT = "cut";

    private static final int STEPS = 100;

    /** What a training does with what it finds in its folder. */
    public enum Start {
        /** It must find no training. */
        ANEW,
        /** It must find the state of this training, and goes on to the same weights as if it had never stopped. */
        RESUME,
        /** It goes on where it finds a state of this training, else it begins. */
        TAKE_UP
    }

    /** For a training that begins. */
    public static CheckpointPolicy in(Path folder) {
        return new CheckpointPolicy(folder, Start.ANEW, Optional.empty(), STEPS);
    }

    /** Of a training that goes on. */
    public static CheckpointPolicy resume(Path folder) {
        return new CheckpointPolicy(folder, Start.RESUME, Optional.empty(), STEPS);
    }

    /** Of a training that goes on if it was begun. */
    public static CheckpointPolicy takeUp(Path folder) {
        return new CheckpointPolicy(folder, Start.TAKE_UP, Optional.empty(), STEPS);
    }

    /**
     * For a training that begins with the state of another one and goes on at its step: the same model and form, but a rate,
     * a schedule, a text of its own.
     */
    public CheckpointPolicy from(Path other) {
        return new CheckpointPolicy(folder, start, Optional.of(other), every);
    }

    /** With a state every so many steps. */
    public CheckpointPolicy every(int steps) {
        if (steps < 1) {
            throw new IllegalArgumentException("states: one every " + steps + " steps; at least 1 is needed");
        }
        return new CheckpointPolicy(folder, start, other, steps);
    }

    /** The same for a part of the training, in a folder inside. */
    public CheckpointPolicy part(String name) {
        return new CheckpointPolicy(folder.resolve(name), start, other, every);
    }

    /**
     * Opens the folder for a training with this fingerprint.
     *
     * @throws LancetException if a training is there that should not be, or none that should, or another one
     */
    public TrainingFolder open(Fingerprint fingerprint) {
        boolean begun = Files.exists(folder.resolve(Metrics.FILE));
        if (start == Start.ANEW && begun) {
            throw new LancetException("training: " + folder
                    + " holds a training already; take it up with --resume, or choose another folder");
        }
        if (start == Start.RESUME && !Files.isDirectory(folder)) {
            throw new LancetException("resume: there is no folder " + folder + "; start it without --resume");
        }
        TrainingFolder opened = new TrainingFolder(folder, fingerprint, every);
        try {
            opened.choose(start, other);
            return opened;
        } catch (RuntimeException wrong) {
            opened.close();
            throw wrong;
        }
    }

    /** Removes the states of a training that is over, and of its parts; metrics and curves stay. */
    public void forget() {
        for (Path where : List.of(folder, part(DENSE).folder, part(CUT).folder)) {
            if (Files.isDirectory(where)) {
                new StateStore(where).keepOnly(Set.of());
            }
        }
    }
}
