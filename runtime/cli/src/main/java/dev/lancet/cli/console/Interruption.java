package dev.lancet.cli.console;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Handles Ctrl-C. Work that checks {@link #wanted()} gets the time to finish its step and save its state. Then the JVM
 * ends with status 130, as for every interrupt.
 */
public final class Interruption {

    /** If the work has not checked for this long, it never will, so the shutdown does not wait for it. */
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(30);

    private final CountDownLatch done = new CountDownLatch(1);
    private volatile boolean wanted;
    private volatile long asked = System.nanoTime() - PATIENCE;

    /** Whether the work should stop now. Calling this also shows that the work still checks. */
    boolean wanted() {
        asked = System.nanoTime();
        return wanted;
    }

    /** Waits until the work should stop. */
    public void await() {
        try {
            while (!wanted()) {
                Thread.sleep(100);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Asks the work to stop. */
    public void request() {
        wanted = true;
    }

    /** Listens for Ctrl-C until {@link #finished()}. */
    public void listen() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::untilItStops, "interrupted"));
    }

    /** Tells that the work is done or has stopped. */
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
