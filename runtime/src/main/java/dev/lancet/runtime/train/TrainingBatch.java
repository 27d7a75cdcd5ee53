package dev.lancet.runtime.train;

import java.util.Map;
import org.tensorflow.Tensor;

/** The data of one batch, on the host. */
public interface TrainingBatch {

    /** The tensors for the placeholders of the training graph; the caller closes them. */
    Map<String, Tensor> feeds();

    /** How much the loss of this batch counts in a mean over several batches. */
    double weight();
}
