package dev.lancet.io;

/** Where long work says how far it is. */
public interface Progress {

    /**
     * Begins a piece of work.
     *
     * @param what what is done, for people
     * @param steps how many steps it has
     */
    Task begin(String what, long steps);

    /** Whether whoever watches wants the work to stop at the next point where nothing is lost. */
    default boolean stopWanted() {
        return false;
    }

    /** Progress that nobody watches. */
    static Progress silent() {
        return (what, steps) -> new Task() {
            @Override
            public void advance(long done, String note) {}

            @Override
            public void close() {}
        };
    }

    /** A piece of work under way. */
    interface Task extends AutoCloseable {

        /**
         * Says how far it is.
         *
         * @param done steps done so far
         * @param note what is worth knowing just now, for example the loss
         */
        void advance(long done, String note);

        @Override
        void close();
    }
}
