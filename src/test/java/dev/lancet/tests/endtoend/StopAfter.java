package dev.lancet.tests.endtoend;

import dev.lancet.io.Progress;

/** Asks the work to stop after a number of steps. */
public final class StopAfter implements Progress {
    private final long steps;
    private long done;

    /** Stops after so many steps. */
    public StopAfter(long steps) {
        this.steps = steps;
    }

    @Override
    public Task begin(String what, long all) {
        return new Task() {
            @Override
            public void advance(long now, String note) {
                done = now;
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public boolean stopWanted() {
        return done >= steps;
    }
}
