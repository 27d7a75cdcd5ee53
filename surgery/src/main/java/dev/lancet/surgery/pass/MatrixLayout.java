package dev.lancet.surgery.pass;

import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.Value;
import dev.lancet.surgery.match.Captures;
import dev.lancet.surgery.match.Pattern;
import dev.lancet.surgery.rule.Incision;
import dev.lancet.surgery.rule.Refusal;
import dev.lancet.surgery.rule.Rule;
import dev.lancet.surgery.rule.Verdict;
import java.util.stream.Stream;
import org.tensorflow.proto.DataType;

/**
 * Transposes an operand or the result of products with a narrow matrix, such as a factor, where oneDNN is then faster.
 *
 * <pre>
 * y = MatMul(a, b)                  rows of b a multiple of 4 kB          y.transposed = Transpose(a, [1, 0])
 *                                                                   -&gt;    y            = MatMul(y.transposed, b) transpose_a
 *
 * y = MatMul(a, b) transpose_a      rows of a a multiple of 4 kB          y.transposed = MatMul(b, a) transpose_a
 *                                                                   -&gt;    y            = Transpose(y.transposed, [1, 0])
 * </pre>
 *
 * <p>If a side of the result is short, oneDNN reads both operands directly, without packing them. Rows whose distance is
 * a multiple of 4 kB map to the same few cache lines. For {@code aᵀ · b}, oneDNN packs the operands if the rows of b have
 * such a distance. Measured on one core with AVX-512, in Gflop/s: {@code [512, 192] · [192, 2048]} has 71, and 118 with a
 * transposed; {@code [512, 2048]ᵀ · [512, 192]} has 80, and 113 the other way round. Transposing costs 1 % and 5 % of the
 * product.
 */
final class MatrixLayout implements Rule {

    /** Rows whose distance is a multiple of this many float32 values map to the same cache lines. */
    private static final long SAME_LINES = 1024;

    /** With more rows, oneDNN packs the operands anyway. */
    private static final long MOST_ROWS = 512;

    /** With a shorter sum, writing the result takes most of the time. */
    private static final long SHORTEST_SUM = 128;

    /** With a longer sum or a wider gradient, reading takes little time compared to computing. */
    private static final long NARROW = 384;

    /** With fewer rows, a product is too small for transposing to pay off. */
    private static final long FEWEST_ROWS = 256;

    @Override
    public Pattern<Node> pattern() {
        return Pattern.of(
                "float32 product with a second operand as it is",
                node -> node.is("MatMul") && node.type("T") == DataType.DT_FLOAT && !node.flag("transpose_b"));
    }

    @Override
    public Verdict judge(Node site, Captures met) {
        Value a = NodeQueries.taken(site, 0, DataType.DT_FLOAT);
        Value b = NodeQueries.taken(site, 1, DataType.DT_FLOAT);
        if (!Stream.of(a, b).allMatch(MatrixLayout::known)) {
            return new Refusal(site.name() + ": the sizes of its matrices are unknown");
        }
        if (a.dim(0) < FEWEST_ROWS) {
            return new Refusal(site.name() + ": " + a.dim(0) + " rows are too few for transposing to pay off");
        }
        if (site.flag("transpose_a") && sameLines(a) && b.dim(1) <= NARROW) {
            return gradient(site, a, b);
        }
        if (!site.flag("transpose_a")
                && sameLines(b)
                && a.dim(0) <= MOST_ROWS
                && a.dim(1) >= SHORTEST_SUM
                && a.dim(1) <= NARROW) {
            return product(site, a, b);
        }
        return new Refusal(site.name() + ": its matrices already have a fast layout");
    }

    private static boolean known(Value matrix) {
        return matrix.rank() == 2 && matrix.dim(0) > 0 && matrix.dim(1) > 0;
    }

    private static boolean sameLines(Value matrix) {
        return matrix.dim(1) % SAME_LINES == 0;
    }

    private static Incision product(Node site, Value a, Value b) {
        GraphBuilder builder = GraphBuilder.graph();
        Ops ops = new Ops(builder);
        Value transposed = ops.transpose(site.name() + ".transposed", a, ops.ints(site.name() + ".order", 1, 0), 1, 0);
        ops.matmul(site.name(), transposed, true, b, false);
        return Incision.of(site, builder);
    }

    private static Incision gradient(Node site, Value a, Value b) {
        GraphBuilder builder = GraphBuilder.graph();
        Ops ops = new Ops(builder);
        Value transposed = ops.matmul(site.name() + ".transposed", b, true, a, false);
        ops.transpose(site.name(), transposed, ops.ints(site.name() + ".order", 1, 0), 1, 0);
        return Incision.of(site, builder);
    }

    @Override
    public String toString() {
        return "matrix layout";
    }
}
