package dev.lancet.surgery.gradient;

import dev.lancet.surgery.graph.Value;
import java.util.Map;

/**
 * Matrix products. With {@code C = A·B}: {@code dA = dC·Bᵀ}, {@code dB = Aᵀ·dC}. The gradient of a transposed operand is
 * transposed, so the two factors swap. Gradients of broadcast batch axes are summed.
 */
final class MatrixProductVjps {

    static final Map<String, Vjp> VJPS = Map.of(
            "MatMul", context -> product(context, context.flag("transpose_a"), context.flag("transpose_b")),
            "BatchMatMulV2", context -> product(context, context.flag("adj_x"), context.flag("adj_y")));

    private MatrixProductVjps() {}

    private static void product(VjpContext context, boolean transposeA, boolean transposeB) {
        Value a = context.input(0);
        Value b = context.input(1);
        Value dC = context.gradient();
        if (context.wants(0)) {
            give(
                    context,
                    0,
                    transposeA ? new Factors(b, transposeB, dC, true) : new Factors(dC, false, b, !transposeB));
        }
        if (context.wants(1)) {
            give(
                    context,
                    1,
                    transposeB ? new Factors(dC, true, a, transposeA) : new Factors(a, !transposeA, dC, false));
        }
    }

    private static void give(VjpContext context, int index, Factors factors) {
        boolean whole = context.input(index)
                .dims()
                .subList(0, context.input(index).rank() - 2)
                .equals(context.output(0).dims().subList(0, context.output(0).rank() - 2));
        String word = whole ? "" + index : index + ".whole";
        Value product = context.builder()
                .matMul(word, factors.left(), factors.transposeLeft(), factors.right(), factors.transposeRight());
        context.give(
                index,
                context.builder()
                        .gathered("" + index, product, context.input(index).dims()));
    }

    private record Factors(Value left, boolean transposeLeft, Value right, boolean transposeRight) {}
}
