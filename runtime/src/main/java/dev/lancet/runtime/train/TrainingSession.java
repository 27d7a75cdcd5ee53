package dev.lancet.runtime.train;

import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.runtime.cluster.WorkerGroup;
import dev.lancet.runtime.engine.Engine;
import dev.lancet.runtime.memory.AllocatorPeak;
import dev.lancet.runtime.train.log.TrainingLog;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A model in training, driven by {@link TrainingLoop}. A declared model learns from token ids, an imported graph from
 * examples; both have steps, a loss on held-out data, and a state.
 */
public interface TrainingSession extends AutoCloseable {

    /**
     * The result of a step.
     *
     * @param loss mean loss of the step's data before the step
     * @param gradientNorm global norm before clipping
     * @param allocator the device memory that the step took, empty if it was not traced
     * @param communication what the step cost several workers in communication, empty if there is one
     */
    record StepResult(
            double loss,
            double gradientNorm,
            Optional<AllocatorPeak> allocator,
            Optional<TrainingLog.Communication> communication) {

        /** The result of a step of one worker. */
        public StepResult(double loss, double gradientNorm, Optional<AllocatorPeak> allocator) {
            this(loss, gradientNorm, allocator, Optional.empty());
        }

        /** Whether loss and norm are finite. */
        boolean finite() {
            return Double.isFinite(loss) && Double.isFinite(gradientNorm);
        }
    }

    /** Prepares for a step, counted from 0. */
    void prepare(int step);

    /**
     * Runs one optimiser step, counted from 0.
     *
     * @param scaler the loss scale, empty if the loss is not scaled
     * @param traced whether to measure the device memory of the step
     */
    StepResult step(int step, Optional<LossScaler> scaler, boolean traced);

    /** The mean loss on held-out data, without an update; empty if too little is held out. */
    OptionalDouble validationLoss();

    /** Whether there is enough held-out data for {@link #validationLoss}. */
    boolean validates();

    /** Why {@link #validates} is false, for people. */
    String tooLittleHeldOut();

    /** Whether the loss is scaled, for float16. */
    boolean scalesLoss();

    /**
     * Whether factors have dense twins at a step. A validation of such a step cannot be the best, because it does not
     * measure the factors alone.
     */
    boolean guidedAt(int step);

    /** The workers that run the same steps, each with its part of every batch. */
    default WorkerGroup workers() {
        return WorkerGroup.alone();
    }

    /**
     * Whether to stop after the last step. Several workers stop after the same step, so one that wants it waits for the
     * next.
     *
     * @param wanted whether this process wants to
     */
    default boolean stops(boolean wanted) {
        return wanted;
    }

    /** The number of tokens, or of examples of a graph, in a step. */
    long tokensPerStep();

    /** The unit of {@link #tokensPerStep}, for people. */
    String unit();

    /** The engine that currently holds the state. */
    Engine engine();

    /** All arrays that a step currently changes: the trained arrays and the optimiser state. */
    List<ArraySpec> state();

    @Override
    void close();
}
