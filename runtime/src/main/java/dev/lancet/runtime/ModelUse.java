package dev.lancet.runtime;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Lets one thread at a time use a model, and nobody after it was closed. */
final class ModelUse {

    private final String model;
    private String work = "";
    private @Nullable Thread owner;
    private int depth;
    private boolean closed;

    /** @param model its name, for messages */
    ModelUse(String model) {
        this.model = model;
    }

    /**
     * Does work with the model, which may be inside other work of the same thread.
     *
     * @param what what the work is, for messages: "training"
     * @throws IllegalStateException if the model is closed, or another thread uses it
     */
    <T> T during(String what, Supplier<T> doing) {
        begin(what);
        try {
            return doing.get();
        } finally {
            end();
        }
    }

    /** Does work without a result, as {@link #during}. */
    void run(String what, Runnable doing) {
        begin(what);
        try {
            doing.run();
        } finally {
            end();
        }
    }

    private synchronized void begin(String what) {
        requireFree();
        if (closed) {
            throw new IllegalStateException("model " + model + " is closed; open or create it again");
        }
        if (depth == 0) {
            owner = Thread.currentThread();
            work = what;
        }
        depth++;
    }

    private synchronized void end() {
        depth--;
        if (depth == 0) {
            owner = null;
        }
    }

    private void requireFree() {
        if (owner != null && owner != Thread.currentThread()) {
            throw new IllegalStateException("model " + model + " is in " + work + " in thread " + owner.getName()
                    + "; wait until it ends, or open the model a second time");
        }
    }

    /**
     * Ends all use for good.
     *
     * @throws IllegalStateException if another thread uses the model
     */
    synchronized void close() {
        requireFree();
        closed = true;
    }
}
