package dev.lancet.compression;

/** Watches long work on many matrices. */
@FunctionalInterface
public interface MatrixProgress {

    /**
     * One more matrix is done.
     *
     * @param weight its name
     * @param done how many are done by now, from 1
     * @param count how many there are
     * @param seconds what this one took
     */
    void finished(String weight, int done, int count, double seconds);

    /** Nobody watches. */
    static MatrixProgress unseen() {
        return (weight, done, count, seconds) -> {};
    }
}
