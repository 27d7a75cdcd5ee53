package dev.lancet.runtime.train;

import dev.lancet.surgery.AdapterDropout;
import org.tensorflow.Session;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;

/** What a run feeds to the dropout of adapters: the number of the batch, and whether anything is lost. */
final class DropoutFeeds implements AutoCloseable {

    private final boolean present;
    private final TInt64 batch;
    private final TFloat32 on;

    private DropoutFeeds(TrainingForm form, long batch, boolean training) {
        present = form.drops();
        this.batch = TInt64.scalarOf(batch);
        on = TFloat32.scalarOf(training ? 1 : 0);
    }

    /** For a batch of the training, counted from 0 over all steps. */
    static DropoutFeeds training(TrainingForm form, long batch) {
        return new DropoutFeeds(form, batch, true);
    }

    /** For a run in which nothing is lost. */
    static DropoutFeeds off(TrainingForm form) {
        return new DropoutFeeds(form, 0, false);
    }

    Session.Runner into(Session.Runner runner) {
        return present ? runner.feed(AdapterDropout.BATCH, batch).feed(AdapterDropout.ON, on) : runner;
    }

    @Override
    public void close() {
        batch.close();
        on.close();
    }
}
