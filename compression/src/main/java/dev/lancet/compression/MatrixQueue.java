package dev.lancet.compression;

import dev.lancet.dsl.LancetException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;

/**
 * Works on matrices on all processors, each matrix on one of them, and hands the results over in order. While one matrix is
 * decomposed, others are read, packed and written. How many are in work at a time depends on their size, so that the
 * memory stays bounded; there is always at least one.
 */
final class MatrixQueue<T> implements AutoCloseable {

    /**
     * The bytes of the dense float32 matrices that are in work at a time. Each takes about three times its size in all.
     */
    private static final long DENSE_BYTES = 400L << 20;

    /**
     * The work on one matrix.
     *
     * @param denseBytes the size of the matrix in float32
     */
    record Job<T>(long denseBytes, Supplier<T> work) {}

    private final List<Job<T>> jobs;
    private final int processors;
    private final long most;
    private final ExecutorService threads;
    private final Deque<Future<T>> begun = new ArrayDeque<>();
    private int taken;
    private long bytes;

    /**
     * Begins to work.
     *
     * @param jobs in the order of their results
     */
    MatrixQueue(List<Job<T>> jobs) {
        this(jobs, Runtime.getRuntime().availableProcessors(), DENSE_BYTES);
    }

    /** The same with these limits. */
    MatrixQueue(List<Job<T>> jobs, int processors, long most) {
        this.jobs = List.copyOf(jobs);
        this.processors = processors;
        this.most = most;
        threads = Executors.newFixedThreadPool(processors, work -> {
            Thread thread = new Thread(work, "lancet-compress");
            thread.setDaemon(true);
            return thread;
        });
        begin();
    }

    private void begin() {
        while (taken + begun.size() < jobs.size() && begun.size() < 2 * processors) {
            Job<T> next = jobs.get(taken + begun.size());
            if (!begun.isEmpty() && bytes + next.denseBytes() > most) {
                return;
            }
            bytes += next.denseBytes();
            begun.add(threads.submit(next.work()::get));
        }
    }

    /**
     * Waits for the next result.
     *
     * @throws LancetException if the work throws one
     */
    T take() {
        try {
            T done = begun.remove().get();
            bytes -= jobs.get(taken).denseBytes();
            taken++;
            begin();
            return done;
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof RuntimeException wrong) {
                throw wrong;
            }
            if (failed.getCause() instanceof Error error) {
                throw error;
            }
            throw new IllegalStateException(failed.getCause());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new LancetException("compress: interrupted; run it again", stopped);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
