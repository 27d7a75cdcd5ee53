package dev.lancet.compression;

import java.util.Optional;

/** Receives the progress of long work on many matrices. */
@FunctionalInterface
public interface MatrixProgress {

    /**
     * Called when a matrix is done.
     *
     * @param weight its name
     * @param done the number of finished matrices, from 1
     * @param count the number of all matrices
     * @param seconds the time for this matrix
     */
    void finished(String weight, int done, int count, double seconds);

    /**
     * Called when a compression has passed on all arrays of a matrix, before {@link #finished}.
     *
     * @param weight its name
     * @param loss its error, or empty if it is a copy
     */
    default void converted(String weight, Optional<Fidelity> loss) {}

    /** Ignores the progress. */
    static MatrixProgress unseen() {
        return (weight, done, count, seconds) -> {};
    }
}
