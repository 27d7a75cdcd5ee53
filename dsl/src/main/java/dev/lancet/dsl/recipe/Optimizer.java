package dev.lancet.dsl.recipe;

import dev.lancet.dsl.Check;
import dev.lancet.dsl.Role;
import dev.lancet.dsl.Weight;

/** The rule by which gradients move weights. */
public sealed interface Optimizer {

    /** The highest learning rate: what a {@link Schedule} takes shares of. */
    double rate();

    /** The rate at which this moves a weight where the schedule is highest. */
    double rate(Weight weight);

    /** Share of a weight that is taken off per unit of rate. */
    double decay(Weight weight);

    /** Whether this orthogonalises the updates of a weight. */
    boolean orthogonalises(Weight weight);

    /** Share of a matrix that is taken off per unit of rate. */
    double weightDecay();

    /** The same rule with another weight decay. */
    Optimizer weightDecay(double decay);

    /** The AdamW that this is, or that moves what this rule leaves to it. */
    AdamW adam();

    /** The same rule with another rate for what it leaves to AdamW. */
    Optimizer adam(double rate);

    /**
     * Adam with decoupled weight decay (Loshchilov and Hutter, 2019). Vectors are not decayed.
     *
     * @param rate highest learning rate
     * @param beta1 memory of the first moment
     * @param beta2 memory of the second moment
     * @param epsilon added to the root of the second moment
     * @param weightDecay share of a matrix that is taken off per unit of rate
     */
    record AdamW(double rate, double beta1, double beta2, double epsilon, double weightDecay) implements Optimizer {
        public AdamW {
            Check.that(rate > 0, "adamW: rate %s; it must be positive, say 1e-3", rate);
            Check.that(beta1 >= 0 && beta1 < 1, "adamW: beta1 %s; it must be at least 0 and under 1", beta1);
            Check.that(beta2 >= 0 && beta2 < 1, "adamW: beta2 %s; it must be at least 0 and under 1", beta2);
            Check.that(epsilon > 0, "adamW: epsilon %s; it must be positive", epsilon);
            Check.that(weightDecay >= 0, "adamW: weight decay %s; it must not be negative", weightDecay);
        }

        /** The usual numbers: 0.9, 0.95, 1e-8, decay 0.1. */
        static AdamW usual(double rate) {
            return new AdamW(rate, 0.9, 0.95, 1e-8, 0.1);
        }

        @Override
        public AdamW weightDecay(double decay) {
            return new AdamW(rate, beta1, beta2, epsilon, decay);
        }

        @Override
        public AdamW adam() {
            return this;
        }

        @Override
        public Optimizer adam(double other) {
            throw new IllegalArgumentException("adam: " + other
                    + "; adamW has one rate, give some weights a multiple with rateTimes(embedding(), 3)");
        }

        @Override
        public double rate(Weight weight) {
            return rate;
        }

        @Override
        public double decay(Weight weight) {
            return weight.role().matrix() ? weightDecay : 0;
        }

        @Override
        public boolean orthogonalises(Weight weight) {
            return false;
        }
    }

    /**
     * Muon (Jordan et al., 2024) for linear layers and their factors: momentum, looked ahead after Nesterov, orthogonalised by
     * five steps of Newton and Schulz, times √max(1, outputs / inputs). Tables, an untied head, norms and biases are moved
     * by AdamW, with a rate of its own under the same schedule.
     *
     * @param rate highest learning rate of the matrices
     * @param momentum memory of the gradient
     * @param weightDecay share of a matrix that is taken off per unit of its rate
     * @param adam moves the others
     */
    record Muon(double rate, double momentum, double weightDecay, AdamW adam) implements Optimizer {
        public Muon {
            Check.that(rate > 0, "muon: rate %s; it must be positive, say 0.02", rate);
            Check.that(momentum >= 0 && momentum < 1, "muon: momentum %s; it must be at least 0 and under 1", momentum);
            Check.that(weightDecay >= 0, "muon: weight decay %s; it must not be negative", weightDecay);
        }

        /** The usual numbers: momentum 0.95, decay 0.1; the others by AdamW at 3e-3 without decay. */
        static Muon usual(double rate) {
            return new Muon(rate, 0.95, 0.1, AdamW.usual(3e-3).weightDecay(0));
        }

        @Override
        public Muon weightDecay(double decay) {
            return new Muon(rate, momentum, decay, adam);
        }

        @Override
        public Muon adam(double other) {
            AdamW moved = new AdamW(other, adam.beta1, adam.beta2, adam.epsilon, adam.weightDecay);
            return new Muon(rate, momentum, weightDecay, moved);
        }

        @Override
        public double rate(Weight weight) {
            return orthogonalises(weight) ? rate : adam.rate;
        }

        @Override
        public double decay(Weight weight) {
            return orthogonalises(weight) ? weightDecay : adam.decay(weight);
        }

        @Override
        public boolean orthogonalises(Weight weight) {
            return weight.role().linear() && weight.role() != Role.HEAD;
        }
    }
}
