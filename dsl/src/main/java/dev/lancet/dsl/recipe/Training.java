package dev.lancet.dsl.recipe;

import java.util.OptionalInt;

/**
 * How a model is trained: the optimiser, how long, on how much at a time, in which order.
 *
 * @param optimizer AdamW and its numbers
 * @param steps optimiser steps
 * @param batch sequences a step
 * @param sequence tokens a sequence; empty for the model's context
 * @param warmup steps over which the rate rises from 0; then it falls along a cosine
 * @param floor the rate at the last step, as a share of the highest
 * @param clip the global norm to which gradients are shortened, 0 for no limit
 * @param seed of the fresh weights and the order of the data
 * @param validateEvery steps between two validations, 0 for one at the end only
 */
public record Training(
        AdamW optimizer,
        int steps,
        int batch,
        OptionalInt sequence,
        int warmup,
        double floor,
        double clip,
        long seed,
        int validateEvery) {

    /**
     * Adam with decoupled weight decay (Loshchilov and Hutter, 2019). Vectors are not decayed.
     *
     * @param rate highest learning rate
     * @param beta1 memory of the first moment
     * @param beta2 memory of the second moment
     * @param epsilon added to the root of the second moment
     * @param weightDecay share of a matrix that is taken off per unit of rate
     */
    public record AdamW(double rate, double beta1, double beta2, double epsilon, double weightDecay) {
        public AdamW {
            Check.that(rate > 0, "adamW: rate %s; it must be positive, say 1e-3", rate);
            Check.that(beta1 >= 0 && beta1 < 1, "adamW: beta1 %s; it must be at least 0 and under 1", beta1);
            Check.that(beta2 >= 0 && beta2 < 1, "adamW: beta2 %s; it must be at least 0 and under 1", beta2);
            Check.that(epsilon > 0, "adamW: epsilon %s; it must be positive", epsilon);
            Check.that(weightDecay >= 0, "adamW: weight decay %s; it must not be negative", weightDecay);
        }
    }

    public Training {
        Check.that(steps > 0, "steps: %d; at least 1 is needed", steps);
        Check.that(batch > 0, "batch: %d; at least 1 is needed", batch);
        Check.that(sequence.orElse(2) >= 2, "sequence: %d; at least 2 tokens are needed", sequence.orElse(2));
        Check.that(warmup >= 0 && warmup <= steps, "warmup: %d; it must lie between 0 and the %d steps", warmup, steps);
        Check.that(floor >= 0 && floor <= 1, "floor: %s; it is a share of the highest rate, between 0 and 1", floor);
        Check.that(clip >= 0, "clip: %s; it must be positive, or 0 for no limit", clip);
        Check.that(validateEvery >= 0, "validateEvery: %d; it must be positive, or 0 for the end only", validateEvery);
    }

    /** AdamW (0.9, 0.95, 1e-8, decay 0.1), 5 % warm-up, cosine to a tenth, clipped at 1, 8 sequences a step, seed 42. */
    public static Training adamW(int steps, double rate) {
        AdamW optimizer = new AdamW(rate, 0.9, 0.95, 1e-8, 0.1);
        return new Training(optimizer, steps, 8, OptionalInt.empty(), steps / 20, 0.1, 1, 42, 0);
    }

    /** With another optimiser. */
    public Training optimizer(AdamW optimizer) {
        return new Training(optimizer, steps, batch, sequence, warmup, floor, clip, seed, validateEvery);
    }

    /** With another weight decay. */
    public Training weightDecay(double decay) {
        return optimizer(new AdamW(optimizer.rate, optimizer.beta1, optimizer.beta2, optimizer.epsilon, decay));
    }

    /** With this many sequences a step. */
    public Training batch(int batch) {
        return new Training(optimizer, steps, batch, sequence, warmup, floor, clip, seed, validateEvery);
    }

    /** With sequences of this many tokens. */
    public Training sequence(int tokens) {
        return new Training(optimizer, steps, batch, OptionalInt.of(tokens), warmup, floor, clip, seed, validateEvery);
    }

    /** With this many warm-up steps. */
    public Training warmup(int warmup) {
        return new Training(optimizer, steps, batch, sequence, warmup, floor, clip, seed, validateEvery);
    }

    /** With a rate that falls to this share of the highest. */
    public Training floor(double floor) {
        return new Training(optimizer, steps, batch, sequence, warmup, floor, clip, seed, validateEvery);
    }

    /** With gradients shortened to this global norm. */
    public Training clip(double clip) {
        return new Training(optimizer, steps, batch, sequence, warmup, floor, clip, seed, validateEvery);
    }

    /** With this seed for fresh weights and the order of the data. */
    public Training seed(long seed) {
        return new Training(optimizer, steps, batch, sequence, warmup, floor, clip, seed, validateEvery);
    }

    /** With a validation every so many steps. */
    public Training validateEvery(int steps) {
        return new Training(optimizer, this.steps, batch, sequence, warmup, floor, clip, seed, steps);
    }

    /** The learning rate of a step, counted from 0: linear warm-up, then a cosine down to the floor at the last step. */
    public double rateAt(int step) {
        if (step < warmup) {
            return optimizer.rate * (step + 1) / warmup;
        }
        double progress = steps - 1 <= warmup ? 1 : Math.min(1, (step - warmup) / (double) (steps - 1 - warmup));
        return optimizer.rate * (floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * progress)));
    }

    @Override
    public String toString() {
        Training plain = adamW(steps, optimizer.rate);
        StringBuilder text = new StringBuilder("adamW(" + steps + ", " + optimizer.rate + ")");
        AdamW usual = plain.optimizer;
        if (optimizer.beta1 != usual.beta1 || optimizer.beta2 != usual.beta2 || optimizer.epsilon != usual.epsilon) {
            text.append(".optimizer(").append(optimizer).append(')');
        } else if (optimizer.weightDecay != usual.weightDecay) {
            text.append(".weightDecay(").append(optimizer.weightDecay).append(')');
        }
        if (batch != plain.batch) {
            text.append(".batch(").append(batch).append(')');
        }
        sequence.ifPresent(tokens -> text.append(".sequence(").append(tokens).append(')'));
        if (warmup != plain.warmup) {
            text.append(".warmup(").append(warmup).append(')');
        }
        if (floor != plain.floor) {
            text.append(".floor(").append(floor).append(')');
        }
        if (clip != plain.clip) {
            text.append(".clip(").append(clip).append(')');
        }
        if (validateEvery != 0) {
            text.append(".validateEvery(").append(validateEvery).append(')');
        }
        return text.append(".seed(").append(seed).append(')').toString();
    }
}
