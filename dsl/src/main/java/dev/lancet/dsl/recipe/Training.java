package dev.lancet.dsl.recipe;

import dev.lancet.dsl.Selector;
import dev.lancet.dsl.Weight;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How a model is trained: the optimiser, how long, on how much at a time, in which order.
 *
 * @param optimizer AdamW or Muon, and its numbers
 * @param schedule how the rate goes on after the warm-up
 * @param groups weights that are trained in a way of their own
 * @param steps optimiser steps
 * @param batch sequences a step
 * @param sequence tokens a sequence; empty for the model's context
 * @param warmup steps over which the rate rises from 0
 * @param clip the global norm to which gradients are shortened, 0 for no limit
 * @param seed of the fresh weights and the order of the data
 * @param watch when it is validated, and what may end it before its last step
 * @param execution how a step is computed, which changes its memory and speed
 * @param guidance whether dense twins lead factors in the beginning, and how long
 */
public record Training(
        Optimizer optimizer,
        Schedule schedule,
        List<ParameterGroup> groups,
        int steps,
        int batch,
        OptionalInt sequence,
        int warmup,
        double clip,
        long seed,
        ValidationPolicy watch,
        Execution execution,
        Optional<SelfGuidance> guidance) {

    public Training {
        groups = List.copyOf(groups);
        Check.that(steps > 0, "steps: %d; at least 1 is needed", steps);
        Check.that(batch > 0, "batch: %d; at least 1 is needed", batch);
        Check.that(sequence.orElse(2) >= 2, "sequence: %d; at least 2 tokens are needed", sequence.orElse(2));
        Check.that(warmup >= 0 && warmup <= steps, "warmup: %d; it must lie between 0 and the %d steps", warmup, steps);
        Check.that(clip >= 0, "clip: %s; it must be positive, or 0 for no limit", clip);
    }

    /** AdamW (0.9, 0.95, 1e-8, decay 0.1), 5 % warm-up, cosine to a tenth, clipped at 1, 8 sequences a step, seed 42. */
    public static Training adamW(int steps, double rate) {
        return of(Optimizer.AdamW.usual(rate), steps);
    }

    /**
     * {@link Optimizer.Muon} for linear layers and their factors at this rate (momentum 0.95, decay 0.1), AdamW at 3e-3 for
     * the others; the rest as with {@link #adamW}.
     */
    public static Training muon(int steps, double rate) {
        return of(Optimizer.Muon.usual(rate), steps);
    }

    /** The usual settings around an optimiser. */
    static Training of(Optimizer optimizer, int steps) {
        return new Training(
                optimizer,
                Schedule.cosine(),
                List.of(),
                steps,
                8,
                OptionalInt.empty(),
                steps / 20,
                1,
                42,
                ValidationPolicy.plain(),
                Execution.plain(),
                Optional.empty());
    }

    /** With another optimiser. */
    public Training optimizer(Optimizer optimizer) {
        return new Training(
                optimizer, schedule, groups, steps, batch, sequence, warmup, clip, seed, watch, execution, guidance);
    }

    /**
     * With this highest rate for what Muon leaves to AdamW: tables, head, norms and biases. The usual 3e-3 leaves trained tables
     * alive; a fresh one wants ten times that and more ({@code docs/results.md}: 0.1 for 4,096 tokens at width 256).
     */
    public Training adam(double rate) {
        return optimizer(optimizer.adam(rate));
    }

    /** With another weight decay; with Muon, of what it moves. */
    public Training weightDecay(double decay) {
        return optimizer(optimizer.weightDecay(decay));
    }

    /** With a rate that goes on in another way after the warm-up. */
    public Training schedule(Schedule schedule) {
        return new Training(
                optimizer, schedule, groups, steps, batch, sequence, warmup, clip, seed, watch, execution, guidance);
    }

    /** With a rate that falls to this share of the highest. */
    public Training floor(double floor) {
        return schedule(schedule.floor(floor));
    }

    /** With so many times the rate for some weights; token tables often want several times that of the matrices. */
    public Training rateTimes(Selector selector, double times) {
        return group(ParameterGroup.rate(selector, times));
    }

    /** With a weight decay of their own for some weights. Norms and biases have none unless it is said here. */
    public Training decay(Selector selector, double decay) {
        return group(ParameterGroup.decay(selector, decay));
    }

    /** Without weight decay for some weights. Norms and biases have none anyway. */
    public Training noDecay(Selector selector) {
        return decay(selector, 0);
    }

    /**
     * With a decay of the product of their factors, {@code ½‖A·B‖²}, instead of one of each factor: A loses a share of
     * {@code A·(B·Bᵀ)}, B of {@code (Aᵀ·A)·B}. Of weights in one piece it is the usual decay.
     */
    public Training decayProduct(Selector selector, double decay) {
        return group(ParameterGroup.productDecay(selector, decay));
    }

    private Training group(ParameterGroup group) {
        List<ParameterGroup> groups = new ArrayList<>(this.groups);
        groups.add(group);
        return new Training(
                optimizer, schedule, groups, steps, batch, sequence, warmup, clip, seed, watch, execution, guidance);
    }

    /** With this many sequences a step. */
    public Training batch(int batch) {
        return new Training(
                optimizer, schedule, groups, steps, batch, sequence, warmup, clip, seed, watch, execution, guidance);
    }

    /** With sequences of this many tokens. */
    public Training sequence(int tokens) {
        OptionalInt sequence = OptionalInt.of(tokens);
        return new Training(
                optimizer, schedule, groups, steps, batch, sequence, warmup, clip, seed, watch, execution, guidance);
    }

    /** With this many warm-up steps. */
    public Training warmup(int warmup) {
        return new Training(
                optimizer, schedule, groups, steps, batch, sequence, warmup, clip, seed, watch, execution, guidance);
    }

    /** With gradients shortened to this global norm. */
    public Training clip(double clip) {
        return new Training(
                optimizer, schedule, groups, steps, batch, sequence, warmup, clip, seed, watch, execution, guidance);
    }

    /** With this seed for fresh weights and the order of the data. */
    public Training seed(long seed) {
        return new Training(
                optimizer, schedule, groups, steps, batch, sequence, warmup, clip, seed, watch, execution, guidance);
    }

    /** With a validation every so many steps. */
    public Training validateEvery(int steps) {
        return watch(watch.validateEvery(steps));
    }

    /** That ends after so many validations without improvement, with the weights of the best; needs {@link #validateEvery}. */
    public Training stopEarly(int patience) {
        return stopEarly(patience, 0);
    }

    /** The same, where only a validation this many nats under the one that improved last improves too. */
    public Training stopEarly(int patience, double improvement) {
        return watch(watch.early(new ValidationPolicy.Early(patience, improvement)));
    }

    /** That fails when the running mean of its loss is this many nats above its lowest for so many steps in a row. */
    public Training stopDiverging(double margin, int steps) {
        return watch(watch.divergence(new ValidationPolicy.Divergence(margin, steps)));
    }

    private Training watch(ValidationPolicy watch) {
        return new Training(
                optimizer, schedule, groups, steps, batch, sequence, warmup, clip, seed, watch, execution, guidance);
    }

    /**
     * With dense twins that lead the factors over this share of the steps and fade out (self-guided training); for factors of
     * fresh weights. See {@link SelfGuidance}.
     */
    public Training selfGuided(double share) {
        return guided(Optional.of(new SelfGuidance(share)));
    }

    private Training guided(Optional<SelfGuidance> guidance) {
        return new Training(
                optimizer, schedule, groups, steps, batch, sequence, warmup, clip, seed, watch, execution, guidance);
    }

    /** With a step computed in another way. */
    public Training execution(Execution execution) {
        return new Training(
                optimizer, schedule, groups, steps, batch, sequence, warmup, clip, seed, watch, execution, guidance);
    }

    /** With matrix products in bfloat16, whether this machine is fast at them or not. */
    public Training bfloat16() {
        return execution(execution.arithmetic(Arithmetic.BFLOAT16));
    }

    /**
     * With matrix products in float16 and a scaled loss: the factor begins at 2¹⁵, is halved where gradients overflow, which
     * skips that step, and doubled after 2,000 steps without.
     */
    public Training float16() {
        return execution(execution.arithmetic(Arithmetic.FLOAT16));
    }

    /** With matrix products in bfloat16 where this machine is faster at them. */
    public Training fastest() {
        return execution(execution.arithmetic(Arithmetic.FASTEST));
    }

    /** With the gradients of so many batches added up before each update: a step sees {@code batches · batch} sequences. */
    public Training accumulate(int batches) {
        return execution(execution.accumulate(batches));
    }

    /** With what is inside the blocks computed again instead of kept: less memory, a quarter to a third more time. */
    public Training checkpointing() {
        return execution(execution.checkpointing(true));
    }

    /** Steps between two validations, 0 for one at the end only. */
    public int validateEvery() {
        return watch.validateEvery();
    }

    /**
     * With forward and backward compiled by XLA as one, matrix products too. On a processor that is slower and takes long to compile;
     * on a GPU it needs CUDA's compiler and may be faster.
     */
    public Training wholeStep() {
        return execution(execution.wholeStep(true));
    }

    /** Tokens that a step sees. */
    public long tokensPerStep(int sequence) {
        return (long) execution.accumulate() * batch * sequence;
    }

    /** The learning rate of a step, counted from 0: linear warm-up, then what the schedule says. */
    public double rateAt(int step) {
        if (step < warmup) {
            return optimizer.rate() * (step + 1) / warmup;
        }
        double progress = steps - 1 <= warmup ? 1 : Math.min(1, (step - warmup) / (double) (steps - 1 - warmup));
        return optimizer.rate() * schedule.share(progress);
    }

    /** How many times {@link #rateAt} a weight is trained with. */
    public double timesFor(Weight weight) {
        return new ParameterGroups(optimizer, groups).times(weight);
    }

    /** The weight decay of a weight. */
    public double decayFor(Weight weight) {
        return new ParameterGroups(optimizer, groups).decay(weight);
    }

    /** Whether the decay of a weight in two factors is that of their product. */
    public boolean decaysProduct(Weight weight) {
        return new ParameterGroups(optimizer, groups).decaysProduct(weight);
    }

    /** Makes sure that every group selects something in a model, and that an early end has validations to go by. */
    public void check(String model, List<Weight> weights) {
        watch.check();
        new ParameterGroups(optimizer, groups).check(model, weights);
    }

    @Override
    public String toString() {
        return new TrainingText(this).toString();
    }
}
