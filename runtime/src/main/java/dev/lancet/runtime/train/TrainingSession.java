package dev.lancet.runtime.train;

import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.runtime.engine.Engine;
import dev.lancet.runtime.memory.AllocatorPeak;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One model under training, as {@link TrainingLoop} drives it. A declared model learns token ids, a graph that others wrote
 * learns examples; both have steps, a loss on held-out data, and a state.
 */
public interface TrainingSession extends AutoCloseable {

    /**
     * What a step showed.
     *
     * @param loss mean loss of the step's data before the step
     * @param gradientNorm global norm before clipping
     * @param allocator what the step took of the device's memory, empty where it was not traced
     */
    record StepResult(double loss, double gradientNorm, Optional<AllocatorPeak> allocator) {

        /** Whether loss and norm are numbers. */
        boolean finite() {
            return Double.isFinite(loss) && Double.isFinite(gradientNorm);
        }
    }

    /** Gets ready for a step, counted from 0. */
    void prepare(int step);

    /**
     * Does one optimiser step, counted from 0.
     *
     * @param scaler what the loss is multiplied with, empty where it is not scaled
     * @param traced whether to see what the step takes of the device's memory
     */
    StepResult step(int step, Optional<LossScaler> scaler, boolean traced);

    /** The mean loss on held-out data, without a step; empty where too little is held out. */
    OptionalDouble validationLoss();

    /** Whether there is enough held-out data for {@link #validationLoss}. */
    boolean validates();

    /** Why {@link #validates} is false, for people. */
    String tooLittleHeldOut();

    /** Whether the loss is scaled, for float16. */
    boolean scalesLoss();

    /** Whether factors have dense twins at a step. The best validation of such a step is not what the factors alone can do. */
    boolean guidedAt(int step);

    /** Tokens, or examples of a graph, that a step learns. */
    long tokensPerStep();

    /** What {@link #tokensPerStep} counts, for people. */
    String unit();

    /** The engine that holds the state now. */
    Engine engine();

    /** All arrays that a step changes now: what is trained, and what the optimiser remembers of it. */
    List<ArraySpec> state();

    @Override
    void close();
}
