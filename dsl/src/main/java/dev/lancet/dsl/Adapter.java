package dev.lancet.dsl;

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
     */
    record Lora(int rank, double alpha, boolean rankStabilised, boolean startsFromLoss) implements Adapter {

        public Lora {
            Check.that(rank > 0, "lora: rank %d; it must be at least 1", rank);
            Check.that(alpha > 0 && Double.isFinite(alpha), "lora: alpha %s; it must be a positive number", alpha);
        }

        /** The same adapter with another strength. */
        public Lora alpha(double strength) {
            return new Lora(rank, strength, rankStabilised, startsFromLoss);
        }

        /** The same adapter with {@code scale = alpha / √rank}, which suits large ranks. */
        public Lora stabilised() {
            return new Lora(rank, alpha, true, startsFromLoss);
        }

        /**
         * The same adapter, which begins with what rounding loses (LoftQ, Li et al., arXiv 2310.08659): {@code scale · A · B}
         * approximates {@code W − Q}, and Q is rounded again for it, five times. Only for a matrix that is quantized in the
         * same step.
         */
        public Lora loftq() {
            return new Lora(rank, alpha, rankStabilised, true);
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
                    + (rankStabilised ? ".stabilised()" : "") + (startsFromLoss ? ".loftq()" : "");
        }
    }

    /** The inner width. */
    int rank();

    /** The factor by which the product of the two matrices is multiplied. */
    double scale();

    /** Whether it begins with what the rounding of its matrix loses. */
    boolean startsFromLoss();

    /** A low-rank adapter of this rank; its alpha is twice the rank. */
    static Lora lora(int rank) {
        return new Lora(rank, 2.0 * rank, false, false);
    }
}
