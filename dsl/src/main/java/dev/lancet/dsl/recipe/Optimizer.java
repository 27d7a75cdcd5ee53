package dev.lancet.dsl.recipe;

/** The rule by which gradients move weights. */
public sealed interface Optimizer {

    /** The highest learning rate: what a {@link Schedule} takes shares of. */
    double rate();

    /** Share of a matrix that is taken off per unit of rate. */
    double weightDecay();

    /** The same rule with another weight decay. */
    Optimizer weightDecay(double decay);

    /** The AdamW that this is, or that moves what this rule leaves to it. */
    AdamW adam();

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
    }
}
