package dev.lancet.dsl.recipe;

import dev.lancet.dsl.Check;
import dev.lancet.dsl.Selector;
import dev.lancet.dsl.Weight;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The settings of a training: the optimizer, the number of steps, the data of each step, and validation.
 *
 * @param steps optimizer steps
 * @param updates how a step updates the weights
 * @param data how much text a step uses, and in which order
 * @param control when to validate, how to compute a step, and how to guide fresh factors
 */
public record Training(int steps, UpdateSettings updates, DataSettings data, ControlSettings control)
        implements ExecutionVerbs, ValidationVerbs {

    public Training {
        Check.that(steps > 0, "steps: %d; at least 1 is needed", steps);
        int warmup = updates.warmup();
        Check.that(warmup <= steps, "warmup: %d; it must lie between 0 and the %d steps", warmup, steps);
    }

    /**
     * AdamW (0.9, 0.95, 1e-8, decay 0.1), 5 % warm-up, cosine to a tenth, clipping at 1, 8 sequences per step, seed 42.
     */
    public static Training adamW(int steps, double rate) {
        return of(Optimizer.AdamW.usual(rate), steps);
    }

    /**
     * {@link Optimizer.Muon} for linear layers and their factors at this rate (momentum 0.95, decay 0.1), AdamW at 3e-3
     * for the other weights; all other settings as with {@link #adamW}.
     */
    public static Training muon(int steps, double rate) {
        return of(Optimizer.Muon.usual(rate), steps);
    }

    /** The usual settings with this optimizer. */
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

    /** The optimizer. */
    public Optimizer optimizer() {
        return updates.optimizer();
    }

    /** The learning rate after the warm-up. */
    public Schedule schedule() {
        return updates.schedule();
    }

    /** The weights with their own rate or decay. */
    public List<ParameterGroup> groups() {
        return updates.groups();
    }

    /** Sequences per step. */
    public int batch() {
        return data.batch();
    }

    /** Tokens per sequence; empty for the model's context. */
    public OptionalInt sequence() {
        return data.sequence();
    }

    /** The seed for fresh weights and for the order of the data. */
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

    /** How long dense twins guide the factors at the beginning, or empty for no guidance. */
    public Optional<SelfGuidance> guidance() {
        return control.guidance();
    }

    /** With another optimizer. */
    public Training optimizer(Optimizer optimizer) {
        return with(updates.optimizer(optimizer));
    }

    /**
     * With this highest learning rate for the weights that Muon leaves to AdamW: embedding tables, head, norms and
     * biases. The usual 3e-3 preserves trained tables. Fresh tables need ten times that or more ({@code
     * docs/results.md}: 0.1 for 4,096 tokens at width 256).
     */
    public Training adam(double rate) {
        return optimizer(optimizer().adam(rate));
    }

    /** With another weight decay. With Muon, this applies only to the weights that Muon updates. */
    public Training weightDecay(double decay) {
        return optimizer(optimizer().weightDecay(decay));
    }

    /** With both moments of AdamW in 8 bits, a quarter of the memory; see {@link Optimizer#eightBitMoments}. */
    public Training eightBitMoments() {
        return optimizer(optimizer().eightBitMoments());
    }

    /** With another learning-rate schedule after the warm-up. */
    public Training schedule(Schedule schedule) {
        return with(updates.schedule(schedule));
    }

    /** With a learning rate that falls to this share of the highest. */
    public Training floor(double floor) {
        return schedule(schedule().floor(floor));
    }

    /**
     * With a multiple of the learning rate for some weights. Token tables often need several times that of matrices.
     */
    public Training rateTimes(Selector selector, double times) {
        return group(ParameterGroup.rate(selector, times));
    }

    /** With another weight decay for some weights. Norms and biases have none unless it is set here. */
    public Training decay(Selector selector, double decay) {
        return group(ParameterGroup.decay(selector, decay));
    }

    /** Without weight decay for some weights. Norms and biases have none by default. */
    public Training noDecay(Selector selector) {
        return decay(selector, 0);
    }

    /**
     * With a decay of the product of the factors, {@code ½‖A·B‖²}, instead of a decay of each factor: subtracts a share
     * of {@code A·(B·Bᵀ)} from A, and of {@code (Aᵀ·A)·B} from B. Weights in one piece get the usual decay.
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

    /** With gradients clipped to this global norm. */
    public Training clip(double clip) {
        return with(updates.clip(clip));
    }

    /** With this seed for fresh weights and the order of the data. */
    public Training seed(long seed) {
        return with(data.seed(seed));
    }

    /**
     * With dense twins that guide fresh factors over this share of the steps and fade out (self-guided training). See
     * {@link SelfGuidance}.
     */
    public Training selfGuided(double share) {
        return with(control.guidance(new SelfGuidance(share)));
    }

    @Override
    public Training execution(Execution execution) {
        return with(control.execution(execution));
    }

    /** Tokens in a step. */
    public long tokensPerStep(int sequence) {
        return (long) execution().accumulate() * batch() * sequence;
    }

    /** The learning rate of a step, counted from 0: a linear warm-up, then the schedule. */
    public double rateAt(int step) {
        return updates.rateAt(step, steps);
    }

    /** The multiple of {@link #rateAt} for a weight. */
    public double timesFor(Weight weight) {
        return updates.byWeight().times(weight);
    }

    /** The weight decay of a weight. */
    public double decayFor(Weight weight) {
        return updates.byWeight().decay(weight);
    }

    /** Whether the decay of a factorized weight shrinks the product of its factors. */
    public boolean decaysProduct(Weight weight) {
        return updates.byWeight().decaysProduct(weight);
    }

    /** Checks that every group selects weights of a model, and that early stopping has validations. */
    public void check(String model, List<Weight> weights) {
        validation().check();
        updates.byWeight().check(model, weights);
    }

    @Override
    public String toString() {
        return new TrainingText(this).toString();
    }
}
