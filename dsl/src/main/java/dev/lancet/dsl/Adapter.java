package dev.lancet.dsl;

import java.util.Optional;
import java.util.OptionalDouble;

/** Small matrices that are trained beside a frozen matrix. */
public sealed interface Adapter {

    /**
     * Low-rank adaptation (Hu et al., arXiv 2106.09685, equation 3): {@code y = x · W + scale · (x · A) · B} with A
     * {@code [inputs, rank]} and B {@code [rank, outputs]}. Only A and B are trained. B starts at 0, so a new adapter
     * does not change the model.
     *
     * @param rank the inner width
     * @param alpha the strength: {@code scale = alpha / rank}
     * @param rankStabilised whether {@code scale = alpha / √rank} instead (Kalajdzievski, arXiv 2312.03732)
     * @param startsFromLoss whether A and B begin with the best approximation of what the rounding loses instead
     * @param startsFromPrincipal whether A and B begin with the largest singular values of W, which W then lacks
     * @param decomposed whether the length of each column of the adapted matrix is trained separately
     * @param dropout the share of A's inputs that a training step sets to 0; empty for none
     */
    record Lora(
            int rank,
            double alpha,
            boolean rankStabilised,
            boolean startsFromLoss,
            boolean startsFromPrincipal,
            boolean decomposed,
            OptionalDouble dropout)
            implements Adapter {

        public Lora {
            Check.that(rank > 0, "lora: rank %d; it must be at least 1", rank);
            Check.that(alpha > 0 && Double.isFinite(alpha), "lora: alpha %s; it must be a positive number", alpha);
            Check.that(
                    !(startsFromLoss && startsFromPrincipal),
                    "lora(%d): begins with what rounding loses (loftq) and with singular values (pissa); choose one",
                    rank);
            double share = dropout.orElse(0.5);
            Check.that(share > 0 && share < 1, "lora: dropout %s; it must lie between 0 and 1", share);
        }

        /** The same adapter with another strength. */
        public Lora alpha(double strength) {
            return new Lora(rank, strength, rankStabilised, startsFromLoss, startsFromPrincipal, decomposed, dropout);
        }

        /** The same adapter with {@code scale = alpha / √rank}, which suits large ranks. */
        public Lora stabilised() {
            return new Lora(rank, alpha, true, startsFromLoss, startsFromPrincipal, decomposed, dropout);
        }

        /**
         * The same adapter, which begins with what rounding loses (LoftQ, Li et al., arXiv 2310.08659): {@code scale · A · B}
         * approximates {@code W − Q}, and Q is rounded again for it, five times. Only for a matrix that is quantized in the
         * same step.
         */
        public Lora loftq() {
            return new Lora(rank, alpha, rankStabilised, true, startsFromPrincipal, decomposed, dropout);
        }

        /**
         * The same adapter, which begins with the principal components of its matrix (PiSSA, Meng et al., arXiv
         * 2404.02948): {@code scale · A · B} is the best approximation of W of this rank, and the frozen matrix becomes
         * {@code W − scale · A · B}. If the matrix is quantized, the difference is what is rounded (QPiSSA).
         */
        public Lora pissa() {
            return new Lora(rank, alpha, rankStabilised, startsFromLoss, true, decomposed, dropout);
        }

        /**
         * The same adapter, which trains lengths and directions separately (DoRA, Liu et al., arXiv 2402.09353, equations 5
         * and 11): {@code y = m / ‖W + scale · A · B‖ · (x · W + scale · (x · A) · B)}. The norm is that of each column,
         * and no gradient passes through it. m {@code [1, outputs]} is trained and begins at the norms, so a new adapter
         * does not change the model.
         */
        public Lora dora() {
            return new Lora(rank, alpha, rankStabilised, startsFromLoss, startsFromPrincipal, true, dropout);
        }

        /**
         * The same adapter, whose input {@code x} of {@code x · A} loses this share of its elements in each training step;
         * the others are divided by {@code 1 − share}. 0 for none. Outside the training steps nothing is lost. The choice
         * follows from the training's seed, the step and the layer's name.
         */
        public Lora dropout(double share) {
            return new Lora(
                    rank,
                    alpha,
                    rankStabilised,
                    startsFromLoss,
                    startsFromPrincipal,
                    decomposed,
                    share == 0 ? OptionalDouble.empty() : OptionalDouble.of(share));
        }

        @Override
        public double scale() {
            return alpha / (rankStabilised ? Math.sqrt(rank) : rank);
        }

        /** The code that makes this value: {@code lora(8).alpha(16)}. */
        @Override
        public String toString() {
            String strength = alpha == Math.rint(alpha) ? String.valueOf((long) alpha) : String.valueOf(alpha);
            return "lora(" + rank + ")" + (alpha == 2.0 * rank ? "" : ".alpha(" + strength + ")")
                    + (rankStabilised ? ".stabilised()" : "") + (startsFromLoss ? ".loftq()" : "")
                    + (startsFromPrincipal ? ".pissa()" : "") + (decomposed ? ".dora()" : "")
                    + (dropout.isPresent() ? ".dropout(" + dropout.getAsDouble() + ")" : "");
        }
    }

    /** The inner width. */
    int rank();

    /** The factor by which the product of the two matrices is multiplied. */
    double scale();

    /** Whether it begins with what the rounding of its matrix loses. */
    boolean startsFromLoss();

    /** Whether it begins with the principal components of its matrix. */
    boolean startsFromPrincipal();

    /** Whether it also trains the length of each column. */
    boolean decomposed();

    /** The share of A's inputs that a training step sets to 0; empty for none. */
    OptionalDouble dropout();

    /** What it begins with other than nothing, in words for messages; empty if it begins with nothing. */
    default Optional<String> start() {
        return startsFromLoss()
                ? Optional.of("what rounding loses")
                : startsFromPrincipal() ? Optional.of("principal components") : Optional.empty();
    }

    /** A low-rank adapter of this rank; its alpha is twice the rank. */
    static Lora lora(int rank) {
        return new Lora(rank, 2.0 * rank, false, false, false, false, OptionalDouble.empty());
    }
}
