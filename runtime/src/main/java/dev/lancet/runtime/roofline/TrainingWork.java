package dev.lancet.runtime.roofline;

import dev.lancet.dsl.Role;
import dev.lancet.dsl.Transformer;
import dev.lancet.dsl.plan.ArraySpec;
import dev.lancet.dsl.plan.Plan;
import dev.lancet.dsl.plan.Step;
import dev.lancet.dsl.recipe.Optimizer;
import dev.lancet.dsl.recipe.Training;
import dev.lancet.runtime.train.BatchShard;
import dev.lancet.runtime.train.TrainingForm;
import dev.lancet.runtime.train.TrainingMemory;
import dev.lancet.surgery.pass.GradientReduction;

/**
 * What one of several workers has to do in a step of data-parallel training.
 *
 * @param memory what it holds
 * @param batches batches that are summed before an update
 * @param rows sequences in each of them
 * @param sequence tokens in a sequence
 * @param forward floating-point operations of the forward passes
 * @param backward floating-point operations of the backward passes, with what they recompute
 * @param updateBytes bytes that the optimizer moves between memory and arithmetic
 * @param sent bytes that it sends to its neighbour in the ring
 */
public record TrainingWork(
        TrainingMemory memory,
        int batches,
        int rows,
        int sequence,
        double forward,
        double backward,
        long updateBytes,
        long sent) {

    /** AdamW reads weight, gradient and two moments and writes weight and moments; the clipping reads each gradient. */
    private static final int ADAMW_MOVES = 8;

    private static final int MUON_MOVES = 6;

    /**
     * The share of one worker.
     *
     * @param whole the training of all workers together
     * @throws dev.lancet.dsl.LancetException if the workers cannot share a batch equally
     */
    public static TrainingWork of(Transformer transformer, Plan plan, Training whole, int workers) {
        int rows = new BatchShard(0, workers).rows(whole.batch());
        Training training = whole.batch(rows);
        int sequence = training.sequence().orElse(transformer.context());
        int batches = training.execution().accumulate();
        long trained = TrainingForm.of(plan).trainable().stream()
                .mapToLong(ArraySpec::elements)
                .sum();
        double products = plan.steps().stream()
                .mapToDouble(step -> products(transformer, step))
                .sum();
        double attention = attention(transformer, sequence);
        double forward = 2 * products + attention;
        double backward =
                2 * products + 2 * (plan.freezes() ? Math.min((double) trained, products) : products) + 2 * attention;
        if (training.execution().checkpointing()) {
            backward += forward;
        }
        double tokens = (double) batches * rows * sequence;
        int moves = training.optimizer() instanceof Optimizer.Muon ? MUON_MOVES : ADAMW_MOVES;
        return new TrainingWork(
                TrainingMemory.of(transformer, plan, training, sequence),
                batches,
                rows,
                sequence,
                tokens * forward,
                tokens * backward,
                moves * trained * Float.BYTES,
                workers == 1 ? 0 : GradientReduction.bytesSent(workers, trained));
    }

    /** Multiplications of a token with a matrix, or with its factors and adapter. A table is a matrix only as tied head. */
    private static double products(Transformer transformer, Step step) {
        Role role = step.weight().role();
        if (role.table() && !(role == Role.EMBEDDING && transformer.tiedHead())) {
            return 0;
        }
        double ends = (double) step.weight().rows() + step.weight().columns();
        double base = step.rank().isPresent()
                ? step.rank().getAsInt() * ends
                : step.weight().parameters();
        double adapter = step.adapter().map(beside -> beside.rank() * ends).orElse(0.0);
        return base + adapter;
    }

    /** Operations of a token for scores and mixes. Positions that the mask hides are computed too. */
    private static double attention(Transformer transformer, int sequence) {
        return 4.0 * transformer.layers() * transformer.attention().queryWidth() * sequence;
    }

    /** Tokens of this worker in a step. */
    public long tokens() {
        return (long) batches * rows * sequence;
    }

    /** Floating-point operations of a step. */
    public double flops() {
        return forward + backward;
    }

    /**
     * Bytes that the passes move between memory and arithmetic at least: weights are read in both, gradients are written,
     * activations are written and read.
     */
    public double passBytes() {
        return batches * (2.0 * memory.weights() + memory.gradients() + 2.0 * memory.activations());
    }
}
