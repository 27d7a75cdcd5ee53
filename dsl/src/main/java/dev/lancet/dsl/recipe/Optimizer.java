package dev.lancet.dsl.recipe;

import dev.lancet.dsl.Check;
import dev.lancet.dsl.Role;
import dev.lancet.dsl.Weight;

/** The rule by which gradients update weights. */
public sealed interface Optimizer {

    /** The highest learning rate; a {@link Schedule} multiplies it by a share at each step. */
    double rate();

    /** The learning rate of a weight at the peak of the schedule. */
    double rate(Weight weight);

    /** The weight decay of a weight: the share to subtract per unit of learning rate. */
    double decay(Weight weight);

    /** Whether this optimizer orthogonalizes the updates of a weight. */
    boolean orthogonalises(Weight weight);

    /** The weight decay of matrices: the share to subtract per unit of learning rate. */
    double weightDecay();

    /** The same rule with another weight decay. */
    Optimizer weightDecay(double decay);

    /**
     * The same rule with both moments of AdamW in 8 bits, a scale for each 256 (Dettmers et al., arXiv 2110.02861, with
     * another code). Arrays with fewer than 4096 elements keep them in float32.
     *
     * @throws IllegalArgumentException with Muon
     */
    Optimizer eightBitMoments();

    /** Whether AdamW stores the moments of an array with this many elements in 8 bits. */
    boolean packsMoments(long elements);

    /** This optimizer if it is AdamW, otherwise the AdamW that updates the remaining weights. */
    AdamW adam();

    /** The same rule with another learning rate for the weights that AdamW updates. */
    Optimizer adam(double rate);

    /**
     * Adam with decoupled weight decay (Loshchilov and Hutter, 2019). Vectors have no decay.
     *
     * @param rate highest learning rate
     * @param beta1 decay rate of the first moment
     * @param beta2 decay rate of the second moment
     * @param epsilon added to the root of the second moment
     * @param weightDecay share of a matrix to subtract per unit of learning rate
     * @param eightBit whether both moments of large arrays are stored in 8 bits
     */
    record AdamW(double rate, double beta1, double beta2, double epsilon, double weightDecay, boolean eightBit)
            implements Optimizer {

        /** Arrays with fewer elements keep their moments in float32, because they would save nothing. */
        static final int FEWEST = 4096;

        public AdamW {
            Check.that(rate > 0, "adamW: rate %s; it must be positive, for example 1e-3", rate);
            Check.that(beta1 >= 0 && beta1 < 1, "adamW: beta1 %s; it must be at least 0 and less than 1", beta1);
            Check.that(beta2 >= 0 && beta2 < 1, "adamW: beta2 %s; it must be at least 0 and less than 1", beta2);
            Check.that(epsilon > 0, "adamW: epsilon %s; it must be positive", epsilon);
            Check.that(weightDecay >= 0, "adamW: weight decay %s; it must not be negative", weightDecay);
        }

        /** AdamW with moments in float32. */
        public AdamW(double rate, double beta1, double beta2, double epsilon, double weightDecay) {
            this(rate, beta1, beta2, epsilon, weightDecay, false);
        }

        /** AdamW with the usual settings: betas 0.9 and 0.95, epsilon 1e-8, decay 0.1. */
        static AdamW usual(double rate) {
            return new AdamW(rate, 0.9, 0.95, 1e-8, 0.1);
        }

        @Override
        public AdamW eightBitMoments() {
            return new AdamW(rate, beta1, beta2, epsilon, weightDecay, true);
        }

        @Override
        public boolean packsMoments(long elements) {
            return eightBit && elements >= FEWEST;
        }

        @Override
        public AdamW weightDecay(double decay) {
            return new AdamW(rate, beta1, beta2, epsilon, decay, eightBit);
        }

        @Override
        public AdamW adam() {
            return this;
        }

        @Override
        public Optimizer adam(double other) {
            throw new IllegalArgumentException("adam: " + other
                    + " is a second rate, but adamW has only one; give some weights a multiple with"
                    + " rateTimes(embedding(), 3)");
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
     * Muon (Jordan et al., 2024) for linear layers and their factors: Nesterov momentum, orthogonalized by five
     * Newton-Schulz iterations, times √max(1, outputs / inputs). AdamW updates embedding tables, an untied head, norms
     * and biases, with its own learning rate under the same schedule.
     *
     * @param rate highest learning rate of the matrices
     * @param momentum decay rate of the averaged gradient
     * @param weightDecay share of a matrix to subtract per unit of its learning rate
     * @param adam updates the other weights
     */
    record Muon(double rate, double momentum, double weightDecay, AdamW adam) implements Optimizer {
        public Muon {
            Check.that(rate > 0, "muon: rate %s; it must be positive, for example 0.02", rate);
            Check.that(
                    momentum >= 0 && momentum < 1,
                    "muon: momentum %s; it must be at least 0 and less than 1",
                    momentum);
            Check.that(weightDecay >= 0, "muon: weight decay %s; it must not be negative", weightDecay);
        }

        /**
         * Muon with the usual settings: momentum 0.95, decay 0.1; for the other weights AdamW at 3e-3 without decay.
         */
        static Muon usual(double rate) {
            return new Muon(rate, 0.95, 0.1, AdamW.usual(3e-3).weightDecay(0));
        }

        @Override
        public Optimizer eightBitMoments() {
            throw new IllegalArgumentException("eightBitMoments: muon has one moment, and keeps it in float32; use"
                    + " adamW(steps, rate).eightBitMoments()");
        }

        @Override
        public boolean packsMoments(long elements) {
            return adam.packsMoments(elements);
        }

        @Override
        public Muon weightDecay(double decay) {
            return new Muon(rate, momentum, decay, adam);
        }

        @Override
        public Muon adam(double other) {
            AdamW moved = new AdamW(other, adam.beta1, adam.beta2, adam.epsilon, adam.weightDecay, adam.eightBit);
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
