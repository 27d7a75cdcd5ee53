package dev.lancet.runtime.train.state;

import dev.lancet.dsl.LancetException;
import dev.lancet.io.DurableFolders;
import dev.lancet.io.OutputLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Where a training keeps its metrics and states, see {@link TrainingFolder}, and how it starts.
 *
 * @param folder the folder
 * @param start what the training does with an existing state
 * @param other the folder of another training whose state this one starts from
 * @param every steps between two states
 */
public record CheckpointPolicy(Path folder, Start start, Optional<Path> other, int every) {

    /** The folder of the steps before the model is compressed. */
    public static final String DENSE = "dense";

    /** The folder of the steps after it. */
    public static final String CUT = "cut";

    private static final int STEPS = 100;

    /** What a training does with an existing state in its folder. */
    public enum Start {
        /** The folder must not have a state of a training. */
        ANEW,
        /**
         * The folder must be that of this training. The training resumes, to the same weights as without the interruption; it
         * starts from the beginning if it was interrupted before its first state.
         */
        RESUME,
        /** The training resumes if the folder has its state; otherwise it starts from the beginning. */
        TAKE_UP
    }

    /** A policy for a new training. */
    public static CheckpointPolicy in(Path folder) {
        return new CheckpointPolicy(folder, Start.ANEW, Optional.empty(), STEPS);
    }

    /** A policy for a training that resumes. */
    public static CheckpointPolicy resume(Path folder) {
        return new CheckpointPolicy(folder, Start.RESUME, Optional.empty(), STEPS);
    }

    /** A policy for a training that resumes if it has a state. */
    public static CheckpointPolicy takeUp(Path folder) {
        return new CheckpointPolicy(folder, Start.TAKE_UP, Optional.empty(), STEPS);
    }

    /**
     * Starts a new training from the state of another one, at its step. It has the same model and form, but may have
     * another rate, schedule or text.
     */
    public CheckpointPolicy from(Path other) {
        return new CheckpointPolicy(folder, start, Optional.of(other), every);
    }

    /** Writes a state after every {@code steps} steps. */
    public CheckpointPolicy every(int steps) {
        if (steps < 1) {
            throw new IllegalArgumentException("states: one every " + steps + " steps; it must be 1 or more");
        }
        return new CheckpointPolicy(folder, start, other, steps);
    }

    /** The same for a part of the training, in a subfolder. */
    public CheckpointPolicy part(String name) {
        return new CheckpointPolicy(folder.resolve(name), start, other, every);
    }

    /**
     * Opens the folder for a training with this fingerprint.
     *
     * @throws LancetException if another process trains there, if a training exists but none was expected, if none exists but
     *     one was expected, or if it is another training
     */
    public TrainingFolder open(Fingerprint fingerprint) {
        if (start == Start.RESUME && !Files.isDirectory(folder)) {
            throw new LancetException("resume: there is no folder " + folder + "; start it without --resume");
        }
        DurableFolders.create(folder);
        OutputLock lock = OutputLock.take(folder, "training folder");
        try {
            // Without a state there is nothing to continue, so a new training may begin.
            if (start == Start.ANEW && !new StateStore(folder).steps().isEmpty()) {
                throw new LancetException("training: " + folder
                        + " already has a training; continue it with --resume, or choose another folder");
            }
            TrainingFolder opened = new TrainingFolder(folder, fingerprint, every, lock);
            opened.choose(start, other);
            return opened;
        } catch (RuntimeException wrong) {
            lock.close();
            throw wrong;
        }
    }

    /** Deletes the states of a finished training and of its parts; metrics and curves stay. */
    public void forget() {
        for (Path where : List.of(folder, part(DENSE).folder, part(CUT).folder)) {
            if (Files.isDirectory(where)) {
                new StateStore(where).keepOnly(Set.of());
            }
        }
    }
}
