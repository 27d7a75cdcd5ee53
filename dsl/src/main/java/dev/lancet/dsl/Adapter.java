package dev.lancet.dsl;

/** What is trained beside a matrix that stays as it is. */
public sealed interface Adapter {

    /**
     * Low-rank adaptation (Hu et al., arXiv 2106.09685, equation 3): {@code y = x · W + scale · (x · A) · B} with A
     * {@code [inputs, rank]} and B {@code [rank, outputs]}, of which only A and B are trained. B begins at 0, so that a model
     * begins as it was.
     *
     * @param rank the inner width
     * @param alpha the strength, in the words of the paper: what is added is multiplied by {@code alpha / rank}
     * @param rankStabilised whether it is multiplied by {@code alpha / √rank} instead (Kalajdzievski, arXiv 2312.03732)
     */
    record Lora(int rank, double alpha, boolean rankStabilised) implements Adapter {

        public Lora {
            Check.that(rank > 0, "lora: rank %d; it must be at least 1", rank);
            Check.that(alpha > 0 && Double.isFinite(alpha), "lora: alpha %s; it must be a positive number", alpha);
        }

        /** With another strength. */
        public Lora alpha(double strength) {
            return new Lora(rank, strength, rankStabilised);
        }

        /** With {@code alpha / √rank} as its scale, which large ranks want. */
        public Lora stabilised() {
            return new Lora(rank, alpha, true);
        }

        @Override
        public double scale() {
            return alpha / (rankStabilised ? Math.sqrt(rank) : rank);
        }

        /** As the language says it: {@code lora(8).alpha(16)}. */
        @Override
        public String toString() {
            String strength = alpha == Math.rint(alpha) ? String.valueOf((long) alpha) : String.valueOf(alpha);
            return "lora(" + rank + ")" + (alpha == 2.0 * rank ? "" : ".alpha(" + strength + ")")
                    + (rankStabilised ? ".stabilised()" : "");
        }
    }

    /** The inner width. */
    int rank();

    /** What the product of the two factors is multiplied by. */
    double scale();

    /** Low-rank adaptation of this rank, with twice the rank as its alpha. */
    static Lora lora(int rank) {
        return new Lora(rank, 2.0 * rank, false);
    }
}
