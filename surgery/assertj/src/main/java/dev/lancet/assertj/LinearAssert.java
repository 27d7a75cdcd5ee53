package dev.lancet.assertj;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Assertions on linear layers of a graph. */
public final class LinearAssert {

    private final Linears linears;
    private final List<String> weights;
    private final Consumer<String> complain;

    LinearAssert(Linears linears, List<String> weights, Consumer<String> complain) {
        this.linears = linears;
        this.weights = weights;
        this.complain = complain;
    }

    /** Verifies that each has two factors of this rank. */
    public LinearAssert factoredAtRank(int rank) {
        for (String weight : weights) {
            Optional<Long> found = linears.rank(weight);
            if (found.isEmpty()) {
                complain.accept("graph: " + weight + " is in one piece, not factored at rank " + rank);
            } else if (found.get() != rank) {
                complain.accept("graph: " + weight + " is factored at rank " + found.get() + ", not " + rank);
            }
        }
        return this;
    }

    /** Verifies that each is a single matrix, without factors. */
    public LinearAssert inOnePiece() {
        for (String weight : weights) {
            linears.rank(weight)
                    .ifPresent(rank -> complain.accept(
                            "graph: " + weight + " is factored at rank " + rank + ", not in one piece"));
        }
        return this;
    }

    /**
     * Verifies that each, or each of its factors, is stored in this number of bits: 8, 4, or 32 if it is not quantised.
     */
    public LinearAssert quantizedTo(int bits) {
        for (String weight : weights) {
            for (String piece : linears.pieces(weight)) {
                int found = linears.bits(piece);
                if (found != bits) {
                    complain.accept("graph: " + piece + " is stored in " + found + " bits, not " + bits);
                }
            }
        }
        return this;
    }
}
