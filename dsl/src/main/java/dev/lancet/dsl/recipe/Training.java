package dev.lancet.dsl.recipe;

import dev.lancet.dsl.Check;
import dev.lancet.dsl.Selector;
import dev.lancet.dsl.Weight;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How a model is trained: the optimiser, how long, on how much at a time, in which order.
 *
 * @param steps optimiser steps
 * @param updates how a step changes the weights
 * @param data how much of the text a step sees, in which order
 * @param control when the training is validated, how a step is computed, and what leads fresh factors
 */
public record Training(int steps, UpdateSettings updates, DataSettings data, ControlSettings control)
        implements ExecutionVerbs, ValidationVerbs {

    public Training {
        Check.that(steps > 0, "steps: %d; at least 1 is needed", steps);
        int warmup = updates.warmup();
        Check.that(warmup <= steps, "warmup: %d; it must lie between 0 and the %d steps", warmup, steps);
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
                steps,
                new UpdateSettings(optimizer, Schedule.cosine(), List.of(), steps / 20, 1),
                new DataSettings(8, OptionalInt.empty(), 42),
                new ControlSettings(ValidationPolicy.plain(), Execution.plain(), Optional.empty()));
    }

    private Training with(UpdateSettings other) {
        return new Training(steps, other, data, control);
    }

    private Training with(DataSettings other) {
        return new Training(steps, updates, other, control);
    }

    private Training with(ControlSettings other) {
        return new Training(steps, updates, data, other);
    }

    /** The optimiser. */
    public Optimizer optimizer() {
        return updates.optimizer();
    }

    /** How the rate goes on after the warm-up. */
    public Schedule schedule() {
        return updates.schedule();
    }

    /** Weights that are trained in a way of their own. */
    public List<ParameterGroup> groups() {
        return updates.groups();
    }

    /** Sequences a step. */
    public int batch() {
        return data.batch();
    }

    /** Tokens a sequence; empty for the model's context. */
    public OptionalInt sequence() {
        return data.sequence();
    }

    /** The seed of fresh weights and of the order of the data. */
    public long seed() {
        return data.seed();
    }

    @Override
    public ValidationPolicy validation() {
        return control.validation();
    }

    @Override
    public Execution execution() {
        return control.execution();
    }

    @Override
    public Training validation(ValidationPolicy policy) {
        return with(control.validation(policy));
    }

    /** Whether dense twins lead factors in the beginning, and how long. */
    public Optional<SelfGuidance> guidance() {
        return control.guidance();
    }

    /** With another optimiser. */
    public Training optimizer(Optimizer optimizer) {
        return with(updates.optimizer(optimizer));
    }

    /**
     * With this highest rate for what Muon leaves to AdamW: tables, head, norms and biases. The usual 3e-3 leaves trained tables
     * alive; a fresh one wants ten times that and more ({@code docs/results.md}: 0.1 for 4,096 tokens at width 256).
     */
    public Training adam(double rate) {
        return optimizer(optimizer().adam(rate));
    }

    /** With another weight decay; with Muon, of what it moves. */
    public Training weightDecay(double decay) {
        return optimizer(optimizer().weightDecay(decay));
    }

    /** With a rate that goes on in another way after the warm-up. */
    public Training schedule(Schedule schedule) {
        return with(updates.schedule(schedule));
    }

    /** With a rate that falls to this share of the highest. */
    public Training floor(double floor) {
        return schedule(schedule().floor(floor));
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
        return with(updates.group(group));
    }

    /** With this many sequences a step. */
    public Training batch(int batch) {
        return with(data.batch(batch));
    }

    /** With sequences of this many tokens. */
    public Training sequence(int tokens) {
        return with(data.sequence(tokens));
    }

    /** With this many warm-up steps. */
    public Training warmup(int warmup) {
        return with(updates.warmup(warmup));
    }

    /** With gradients shortened to this global norm. */
    public Training clip(double clip) {
        return with(updates.clip(clip));
    }

    /** With this seed for fresh weights and the order of the data. */
    public Training seed(long seed) {
        return with(data.seed(seed));
    }

    /**
     * With dense twins that lead the factors over this share of the steps and fade out (self-guided training); for factors of
     * fresh weights. See {@link SelfGuidance}.
     */
    public Training selfGuided(double share) {
        return with(control.guidance(new SelfGuidance(share)));
    }

    @Override
    public Training execution(Execution execution) {
        return with(control.execution(execution));
    }

    /** Tokens that a step sees. */
    public long tokensPerStep(int sequence) {
        return (long) execution().accumulate() * batch() * sequence;
    }

    /** The learning rate of a step, counted from 0: linear warm-up, then what the schedule says. */
    public double rateAt(int step) {
        return updates.rateAt(step, steps);
    }

    /** How many times {@link #rateAt} a weight is trained with. */
    public double timesFor(Weight weight) {
        return updates.byWeight().times(weight);
    }

    /** The weight decay of a weight. */
    public double decayFor(Weight weight) {
        return updates.byWeight().decay(weight);
    }

    /** Whether the decay of a weight in two factors is that of their product. */
    public boolean decaysProduct(Weight weight) {
        return updates.byWeight().decaysProduct(weight);
    }

    /** Makes sure that every group selects something in a model, and that an early end has validations to go by. */
    public void check(String model, List<Weight> weights) {
        validation().check();
        updates.byWeight().check(model, weights);
    }

    @Override
    public String toString() {
        return new TrainingText(this).toString();
    }
}
