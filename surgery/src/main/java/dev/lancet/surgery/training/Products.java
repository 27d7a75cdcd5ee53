package dev.lancet.surgery.training;

import java.util.Map;

/**
 * Matrix products. With {@code C = A·B}: {@code dA = dC·Bᵀ}, {@code dB = Aᵀ·dC}; a transposed operand has the transposed
 * gradient, so the factors change places. Batches that were broadcast are summed.
 */
final class Products {

    static final Map<String, Vjp> ROOM = Map.of(
            "MatMul", chain -> product(chain, chain.flag("transpose_a"), chain.flag("transpose_b")),
            "BatchMatMulV2", chain -> product(chain, chain.flag("adj_x"), chain.flag("adj_y")));

    private Products() {}

    private static void product(Chain chain, boolean turnA, boolean turnB) {
        Tensor a = chain.input(0);
        Tensor b = chain.input(1);
        Tensor dC = chain.gradient();
        if (chain.wants(0)) {
            give(chain, 0, turnA ? new Factors(b, turnB, dC, true) : new Factors(dC, false, b, !turnB));
        }
        if (chain.wants(1)) {
            give(chain, 1, turnB ? new Factors(dC, true, a, turnA) : new Factors(a, !turnA, dC, false));
        }
    }

    private static void give(Chain chain, int index, Factors factors) {
        boolean whole = chain.input(index)
                .shape()
                .subList(0, chain.input(index).rank() - 2)
                .equals(chain.output(0).shape().subList(0, chain.output(0).rank() - 2));
        String word = whole ? "" + index : index + ".whole";
        Tensor product =
                chain.pen().matMul(word, factors.left(), factors.turnLeft(), factors.right(), factors.turnRight());
        chain.give(
                index,
                chain.pen().gathered("" + index, product, chain.input(index).shape()));
    }

    private record Factors(Tensor left, boolean turnLeft, Tensor right, boolean turnRight) {}
}
