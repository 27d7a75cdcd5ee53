package dev.lancet.cli.console;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C: work that asks whether it should stop is given the time to finish its step and to save its state; the JVM then
 * ends with 130, as it does for every interrupt.
 */
public final class Interruption {

    /** Work that has not asked for so long does not ask, and is not waited for. */
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(30);

    private final CountDownLatch done = new CountDownLatch(1);
    private volatile boolean wanted;
    private volatile long asked = System.nanoTime() - PATIENCE;

    /** Whether the work should stop now. */
    boolean wanted() {
        asked = System.nanoTime();
        return wanted;
    }

    /** Asks the work to stop. */
    public void request() {
        wanted = true;
    }

    /** Listens for Ctrl-C until {@link #finished()}. */
    public void listen() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::untilItStops, "interrupted"));
    }

    /** The work is done or has stopped. */
    public void finished() {
        done.countDown();
    }

    private void untilItStops() {
        request();
        try {
            while (System.nanoTime() - asked < PATIENCE) {
                if (done.await(100, TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
