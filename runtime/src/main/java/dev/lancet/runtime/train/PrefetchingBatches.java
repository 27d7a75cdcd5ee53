package dev.lancet.runtime.train;

import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongFunction;

/**
 * Reads the next batch in its own thread while a step runs. This does not change which batch a step gets, because batches
 * are a function of their number.
 */
final class PrefetchingBatches<T> implements AutoCloseable {

    private record Coming<T>(long number, Future<T> batch) {}

    private final LongFunction<T> batches;
    private final long end;
    private final ExecutorService reader;
    private Optional<Coming<T>> coming = Optional.empty();

    /** Batches up to this number, exclusive. */
    PrefetchingBatches(LongFunction<T> batches, long end) {
        this.batches = batches;
        this.end = end;
        reader = Executors.newSingleThreadExecutor(work -> {
            Thread thread = new Thread(work, "lancet-batches");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** The batch with this number; starts reading the next one. */
    T at(long number) {
        T batch = coming.filter(next -> next.number == number)
                .map(next -> taken(next.batch))
                .orElseGet(() -> batches.apply(number));
        coming = number + 1 < end
                ? Optional.of(new Coming<>(number + 1, reader.submit(() -> batches.apply(number + 1))))
                : Optional.empty();
        return batch;
    }

    private static <T> T taken(Future<T> batch) {
        try {
            return batch.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException wrong) {
                throw wrong;
            }
            throw new IllegalStateException("batches: the next one could not be read", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("batches: interrupted while the next one was read", e);
        }
    }

    @Override
    public void close() {
        reader.shutdownNow();
    }
}
