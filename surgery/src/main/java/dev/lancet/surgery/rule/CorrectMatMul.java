package dev.lancet.surgery.rule;

import dev.lancet.dsl.Weight;
import dev.lancet.surgery.graph.GraphBuilder;
import dev.lancet.surgery.graph.Node;
import dev.lancet.surgery.graph.Ops;
import dev.lancet.surgery.graph.TensorType;
import dev.lancet.surgery.graph.Value;
import dev.lancet.surgery.match.Captures;
import dev.lancet.surgery.match.Pattern;
import org.tensorflow.proto.DataType;

/**
 * Adds the correction of what rounding loses to a product (LQER, arXiv 2402.02446): {@code x · Q + (x · A) · B}. The rule
 * {@link QuantizeWeight} then stores the matrix and the two narrow ones in fewer bits.
 *
 * <pre>
 * X = Variable [m,n]                 X = Variable [m,n]
 * X.out = MatMul(x, X)       ->      X.correction.a = Variable [m,r]
 *                                    X.correction.b = Variable [r,n]
 *                                    X.out.rounded = MatMul(x, X)
 *                                    X.out.narrow = MatMul(x, X.correction.a)
 *                                    X.out.correction = MatMul(X.out.narrow, X.correction.b)
 *                                    X.out = AddV2(X.out.rounded, X.out.correction)
 * </pre>
 *
 * The product with the transposed matrix is {@code x · Qᵀ + (x · Bᵀ) · Aᵀ}:
 *
 * <pre>
 * X = Variable [m,n]                 X = Variable [m,n]
 * X.out = MatMul(x, X)       ->      X.correction.a = Variable [m,r]
 *           transpose_b              X.correction.b = Variable [r,n]
 *                                    X.out.rounded = MatMul(x, X) transpose_b
 *                                    X.out.narrow = MatMul(x, X.correction.b) transpose_b
 *                                    X.out.correction = MatMul(X.out.narrow, X.correction.a) transpose_b
 *                                    X.out = AddV2(X.out.rounded, X.out.correction)
 * </pre>
 *
 * @param weight the matrix
 * @param rank the inner width r
 */
public record CorrectMatMul(Weight weight, int rank) implements Rule {

    private static final String ROUNDED = ".rounded";

    @Override
    public Pattern<Node> pattern() {
        return MatrixUses.matmul(weight.name()).where("no correction beside it yet", node -> !corrected(node));
    }

    private static boolean corrected(Node node) {
        return node.name().endsWith(ROUNDED)
                && node.uses().stream().anyMatch(use -> use.node().is("AddV2"));
    }

    @Override
    public Verdict judge(Node site, Captures met) {
        return MatrixUses.refuseMatMul(site).<Verdict>map(refusal -> refusal).orElseGet(() -> beside(site));
    }

    private Incision beside(Node site) {
        GraphBuilder builder = GraphBuilder.graph();
        Ops ops = new Ops(builder);
        String name = site.name();
        boolean transposed = site.flag("transpose_b");
        Value x = MatrixUses.rowsInto(site, transposed ? weight.columns() : weight.rows());
        Value matrix = MatrixUses.input(site, 1, TensorType.of(DataType.DT_FLOAT, weight.rows(), weight.columns()));
        Value rounded = ops.matmul(name + ROUNDED, x, false, matrix, transposed);
        Value a = builder.variable(weight.correctionA(), TensorType.of(DataType.DT_FLOAT, weight.rows(), rank));
        Value b = builder.variable(weight.correctionB(), TensorType.of(DataType.DT_FLOAT, rank, weight.columns()));
        Value narrow = ops.matmul(name + ".narrow", x, false, transposed ? b : a, transposed);
        Value correction = ops.matmul(name + ".correction", narrow, false, transposed ? a : b, transposed);
        ops.add(name, rounded, correction);
        return Incision.of(site, builder);
    }

    @Override
    public String toString() {
        return "correct " + weight.name() + " with rank " + rank;
    }
}
