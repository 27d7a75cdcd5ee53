package dev.lancet.runtime.serve;

import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** Serves one request at a time, because a model computes for one at a time. A limited number of others wait. */
final class RequestQueue {

    private final int waiting;
    private final Semaphore places;
    private final ThreadPoolExecutor worker;
    private volatile boolean closing;

    /** @param waiting the most requests that wait while another one is served */
    RequestQueue(int waiting) {
        this.waiting = waiting;
        places = new Semaphore(waiting + 1);
        worker = new ThreadPoolExecutor(
                1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> new Thread(work, "lancet-serve"));
    }

    /**
     * Takes a place for a request, before its body is read: so the bodies in memory are limited too.
     *
     * @throws RefusedRequest if all places are taken, or the server stops
     */
    Place enter() {
        if (closing) {
            throw RefusedRequest.unavailable("server: it is stopping; ask another one");
        }
        if (!places.tryAcquire()) {
            throw RefusedRequest.tooMany(waiting);
        }
        return new Place();
    }

    /** Lets no request in any more, and waits until those that are in are served. Returns whether they are. */
    boolean drain(Duration patience) {
        closing = true;
        worker.shutdown();
        try {
            return worker.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private enum State {
        ENTERED,
        QUEUED,
        SERVED,
        LEFT
    }

    /** The place of one request. */
    final class Place {

        private final AtomicReference<State> state = new AtomicReference<>(State.ENTERED);
        private volatile Runnable task = () -> {};

        /** Serves the request when its turn comes, unless it leaves before; it leaves afterwards. */
        void serve(Runnable work) {
            task = () -> {
                if (state.compareAndSet(State.QUEUED, State.SERVED)) {
                    try {
                        work.run();
                    } finally {
                        places.release();
                    }
                }
            };
            if (state.compareAndSet(State.ENTERED, State.QUEUED)) {
                try {
                    worker.execute(task);
                } catch (RejectedExecutionException stopped) {
                    leave();
                    throw RefusedRequest.unavailable("server: it is stopping; ask another one");
                }
            }
        }

        /** Gives the place up, for example because the client is gone. Nothing happens if the request is being served. */
        void leave() {
            if (state.compareAndSet(State.ENTERED, State.LEFT) || state.compareAndSet(State.QUEUED, State.LEFT)) {
                worker.remove(task);
                places.release();
            }
        }
    }
}
