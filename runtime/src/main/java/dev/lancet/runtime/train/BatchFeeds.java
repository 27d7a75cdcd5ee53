package dev.lancet.runtime.train;

import java.util.Map;
import org.tensorflow.Session;
import org.tensorflow.Tensor;

/** The tensors of a batch, until they are closed. */
record BatchFeeds(Map<String, Tensor> tensors) implements AutoCloseable {

    BatchFeeds(TrainingBatch batch) {
        this(batch.feeds());
    }

    Session.Runner into(Session.Runner runner) {
        tensors.forEach(runner::feed);
        return runner;
    }

    @Override
    public void close() {
        tensors.values().forEach(Tensor::close);
    }
}
