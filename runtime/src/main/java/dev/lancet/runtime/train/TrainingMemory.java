package dev.lancet.runtime.train;

import dev.lancet.dsl.LancetException;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.recipe.Optimizer;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.runtime.memory.AvailableMemory;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * An estimate of the memory that the steps of a training take on the processor, in bytes, beside the model that is there
 * before.
 *
 * @param weights the arrays of the model in TensorFlow
 * @param gradients one float32 for each trained parameter
 * @param moments the optimizer's memory: two float32 for each trained parameter with AdamW, one with Muon
 * @param activations what the forward pass keeps for the backward pass, for one batch
 */
public record TrainingMemory(long weights, long gradients, long moments, long activations) {

    private static final int FLOAT = 4;

    /**
     * The memory for one batch of a training.
     *
     * @param sequence tokens in each sequence of the batch
     */
    public static TrainingMemory of(Transformer transformer, Plan plan, Training training, int sequence) {
        List<ArraySpec> trained = TrainingForm.at(0, plan, training).trainable();
        long parameters = trained.stream().mapToLong(ArraySpec::elements).sum();
        long weights = plan.arrays().stream().mapToLong(ArraySpec::bytes).sum();
        long moments = training.optimizer() instanceof Optimizer.Muon ? parameters : 2 * parameters;
        return new TrainingMemory(
                weights, FLOAT * parameters, FLOAT * moments, activations(transformer, plan, training, sequence));
    }

    /**
     * A step keeps what goes into and comes out of matrix products, the shares of attention, and the logits. What norms and
     * nonlinearities make is computed again, or is freed before the backward pass needs its own room. Measured, see
     * docs/history/performance.md.
     */
    private static long activations(Transformer transformer, Plan plan, Training training, int sequence) {
        double tokens = (double) training.batch() * sequence;
        double products = plan.steps().stream()
                .filter(step -> !step.weight().role().table())
                .mapToDouble(TrainingMemory::floats)
                .sum();
        double attention =
                (double) transformer.layers() * transformer.attention().heads() * sequence;
        double blocks = products + attention;
        if (training.execution().checkpointing()) {
            // The inputs of all blocks, and the inside of one.
            blocks = (double) transformer.layers() * transformer.width() + blocks / transformer.layers();
        }
        return (long) (FLOAT * tokens * (blocks + transformer.vocabulary()));
    }

    /** The floats of a token before and after the products with a matrix. */
    private static double floats(Step step) {
        int between = step.rank().orElse(0)
                + step.adapter().map(adapter -> adapter.rank()).orElse(0);
        return step.weight().rows() + step.weight().columns() + between;
    }

    /** All of it. */
    public long total() {
        return weights + gradients + moments + activations;
    }

    /**
     * What to tell before the first step if the memory may not suffice; empty if it does, or is unknown.
     *
     * @throws LancetException if the weights, gradients and moments alone exceed the memory of the machine
     */
    Optional<String> warning(AvailableMemory machine, Training training) {
        long certain = weights + gradients + moments;
        if (machine.total() > 0 && certain > machine.total()) {
            throw new LancetException("memory: weights, gradients and moments of the optimizer take "
                    + gigabytes(certain) + ", but this machine has " + gigabytes(machine.total())
                    + "; train a smaller model, or only adapters or factors of it");
        }
        if (machine.free() == 0 || total() <= machine.free()) {
            return Optional.empty();
        }
        String checkpointing = training.execution().checkpointing() ? "" : ", or checkpointing()";
        return Optional.of("memory: this training takes about " + gigabytes(total()) + " (weights " + gigabytes(weights)
                + ", gradients " + gigabytes(gradients) + ", moments " + gigabytes(moments) + ", activations "
                + gigabytes(activations) + "), but only " + gigabytes(machine.free())
                + " are free; if it is too slow or is killed, take a smaller batch than " + training.batch()
                + " with accumulate(N)" + checkpointing);
    }

    private static String gigabytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
    }
}
