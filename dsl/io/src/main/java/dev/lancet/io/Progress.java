package dev.lancet.io;

/** Receives the progress of long work. */
public interface Progress {

    /**
     * Begins a piece of work.
     *
     * @param what the name of the work, for people
     * @param steps how many steps the work has
     */
    Task begin(String what, long steps);

    /** Whether the user wants the work to stop at the next point where nothing is lost. */
    default boolean stopWanted() {
        return false;
    }

    /** Tells the user what may go wrong in the work that follows; one line. */
    default void warn(String warning) {}

    /** Progress that is not shown. */
    static Progress silent() {
        return (what, steps) -> new Task() {
            @Override
            public void advance(long done, String note) {}

            @Override
            public void close() {}
        };
    }

    /** A piece of work in progress. */
    interface Task extends AutoCloseable {

        /**
         * Reports how far the work is.
         *
         * @param done steps done so far
         * @param note a current figure, for example the loss; may be empty
         */
        void advance(long done, String note);

        @Override
        void close();
    }
}
