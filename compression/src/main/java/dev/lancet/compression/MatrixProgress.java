package dev.lancet.compression;

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

    /** Ignores the progress. */
    static MatrixProgress unseen() {
        return (weight, done, count, seconds) -> {};
    }
}
