package dev.lancet.runtime.cluster;

import dev.lancet.dsl.LancetException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The first failure of a group of workers. What follows from it is not told. */
final class FailureSignal {

    private final List<Consumer<String>> listeners = new ArrayList<>();
    private final CountDownLatch failed = new CountDownLatch(1);
    private @Nullable String message;

    /** Calls a listener at the failure, in the thread that noticed it; at once if it happened already. */
    void listen(Consumer<String> listener) {
        Optional<String> already;
        synchronized (this) {
            listeners.add(listener);
            already = Optional.ofNullable(message);
        }
        already.ifPresent(listener);
    }

    synchronized void forget(Consumer<String> listener) {
        listeners.remove(listener);
    }

    /** Tells all listeners of a failure, if it is the first. */
    void fail(String what) {
        List<Consumer<String>> told;
        synchronized (this) {
            if (message != null) {
                return;
            }
            message = what;
            told = List.copyOf(listeners);
        }
        failed.countDown();
        told.forEach(listener -> listener.accept(what));
    }

    /** Throws the error for a failure, if there is one. */
    static void check(Optional<String> failure) {
        if (failure.isPresent()) {
            throw new LancetException("cluster: " + failure.get());
        }
    }

    /** The failure, if there is one. */
    synchronized Optional<String> message() {
        return Optional.ofNullable(message);
    }

    /** The failure, or empty if none happens for this time. */
    Optional<String> await(Duration time) {
        try {
            return failed.await(time.toMillis(), TimeUnit.MILLISECONDS) ? message() : Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return message();
        }
    }
}
