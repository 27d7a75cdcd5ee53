package dev.lancet.runtime.budget;

import dev.lancet.dsl.LancetException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/**
 * One thread for each processor. They are not those of parallel streams: a conversion waits for work in parallel streams,
 * and a thread of theirs that waits cannot do that work.
 */
final class WorkerPool implements AutoCloseable {

    private final ExecutorService threads =
            Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors(), work -> {
                Thread thread = new Thread(work, "lancet-measure");
                thread.setDaemon(true);
                return thread;
            });

    /** Works on all items, and returns the results in their order. */
    <A, B> List<B> all(List<A> items, Function<A, B> work) {
        List<Callable<B>> jobs = new ArrayList<>();
        items.forEach(item -> jobs.add(() -> work.apply(item)));
        List<B> results = new ArrayList<>();
        try {
            for (Future<B> result : threads.invokeAll(jobs)) {
                results.add(result.get());
            }
            return results;
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof RuntimeException wrong) {
                throw wrong;
            }
            throw new IllegalStateException(failed.getCause());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new LancetException("measure: interrupted; run it again", stopped);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
