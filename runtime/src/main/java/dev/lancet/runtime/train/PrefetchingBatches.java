package dev.lancet.runtime.train;

import dev.lancet.runtime.text.Batches;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Reads the next batch in its own thread while a step runs. This does not change which batch a step gets, because batches
 * are a function of their number.
 */
final class PrefetchingBatches implements AutoCloseable {

    private record Coming(long number, Future<int[][]> batch) {}

    private final Batches batches;
    private final long end;
    private final ExecutorService reader;
    private Optional<Coming> coming = Optional.empty();

    /** Batches up to this number, exclusive. */
    PrefetchingBatches(Batches batches, long end) {
        this.batches = batches;
        this.end = end;
        reader = Executors.newSingleThreadExecutor(work -> {
            Thread thread = new Thread(work, "lancet-batches");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** The batch with this number; starts reading the next one. */
    int[][] at(long number) {
        int[][] batch = coming.filter(next -> next.number == number)
                .map(next -> taken(next.batch))
                .orElseGet(() -> batches.at(number));
        coming = number + 1 < end
                ? Optional.of(new Coming(number + 1, reader.submit(() -> batches.at(number + 1))))
                : Optional.empty();
        return batch;
    }

    private static int[][] taken(Future<int[][]> batch) {
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
